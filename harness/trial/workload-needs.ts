import { moduleName } from '../image/module-folder.ts';
import { resolveWorkload } from '../matrix/resolve-workload.ts';
import type { WorkloadDefinition } from '../matrix/workload.ts';

/** What stands between a workload, with the defaults of its parameters, and one kernel. */
export interface WorkloadNeeds {
  name: string;
  /** Fragments that a build for it adds to the config. */
  adds: string[];
  /** Modules that the kernel has neither as files nor built in; not known where fragments are added. */
  lacks: string[];
}

/** The kernel that a workload is to run on. */
export interface OfferedKernel {
  /** Those of its config; undefined for a kernel that was built elsewhere, to which none can be added. */
  fragments: readonly string[] | undefined;
  modules: { has(name: string): boolean };
  builtin: { has(name: string): boolean };
}

/** Whether a workload can run on a kernel, as what was built tells. */
export function workloadNeeds(definition: WorkloadDefinition, kernel: OfferedKernel): WorkloadNeeds {
  const { name, fragments, modules } = resolveWorkload(definition, {});
  const adds = kernel.fragments ? fragments.filter(one => !kernel.fragments!.includes(one)) : [];
  if (adds.length > 0) return { name, adds, lacks: [] };
  const lacks = modules.filter(
    module =>
      module !== '*' && !kernel.modules.has(moduleName(module)) && !kernel.builtin.has(moduleName(module)),
  );
  return { name, adds, lacks };
}
