/** What a text for a CI system or a batch scheduler depends on. */
export interface CiRequest {
  /** Path of the matrix, as the machine that runs it will see it. */
  matrix: string;
  /** Name of the matrix, for names of jobs and files. */
  name: string;
  /** Machines that share the boots. */
  shards: number;
  /** Words of a shell that start modstorm on this machine: `npm run -s modstorm --`. */
  program: string;
  /** Folder of the project on this machine. */
  home: string;
  /** The major version of Node to install. */
  node: number;
}

/** A file to write. */
export interface CiFile {
  /** Where it belongs, relative to the root of a repository or of a file system. */
  path: string;
  text: string;
}

/** A CI system or scheduler for which modstorm writes a whole night. */
export interface Platform {
  /** A few words for `--help`. */
  description: string;
  files(request: CiRequest): CiFile[];
}
