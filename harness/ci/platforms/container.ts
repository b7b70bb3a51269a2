import type { CiRequest, Platform } from './platform.ts';

/** A container image with modstorm and everything that it needs of a host. */
export const container: Platform = {
  description: 'a Dockerfile of an image for CI and Kubernetes',
  files: request => [{ path: 'Dockerfile', text: dockerfile(request) }],
};

function dockerfile({ node }: CiRequest): string {
  return `\
# An image with modstorm and all that it needs of a host. Made by \`modstorm ci container\`, for a checkout of modstorm:
#
#   docker build -t modstorm -f Dockerfile .
#   docker run --rm --device /dev/kvm -v "$PWD/results:/results" -v modstorm-cache:/cache \\
#     modstorm run matrices/quick.yaml --accel kvm --results /results
#
# --device is needed for KVM alone, --privileged never. Without KVM, guests are emulated.
FROM node:${node}-trixie-slim

# Kernels, images and packages, kept in a volume, so that a second container does not build them again.
ENV MODSTORM_CACHE=/cache
WORKDIR /modstorm

# The npm packages first: they change less often than modstorm.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts

COPY . .
# Builds modstorm and installs QEMU and what kernels are built with.
RUN npm run build \\
    && node build/harness/main.js doctor --install \\
    && rm -rf /var/lib/apt/lists/*

VOLUME ["/cache", "/results"]
ENTRYPOINT ["node", "/modstorm/build/harness/main.js"]
CMD ["help"]
`;
}
