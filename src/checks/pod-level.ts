import { pssLevelOf, type Level } from '#facts/pss.ts';
import { isProblem, type Check, type CheckId, type PssLevel } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { apparmorDisabled } from './pod/apparmor-disabled.ts';
import { capabilitiesNotDropped } from './pod/capabilities-not-dropped.ts';
import { capabilityBeyondBaseline } from './pod/capability-beyond-baseline.ts';
import { hostIpc } from './pod/host-ipc.ts';
import { hostNetwork } from './pod/host-network.ts';
import { hostPathVolume } from './pod/host-path-volume.ts';
import { hostPid } from './pod/host-pid.ts';
import { hostPort } from './pod/host-port.ts';
import { privilegeEscalationAllowed } from './pod/privilege-escalation-allowed.ts';
import { privilegedContainer } from './pod/privileged-container.ts';
import { probeOrHookHost } from './pod/probe-or-hook-host.ts';
import { procMountUnmasked } from './pod/proc-mount-unmasked.ts';
import { restrictedVolumeType } from './pod/restricted-volume-type.ts';
import { runAsNonRootNotEnforced } from './pod/run-as-non-root-not-enforced.ts';
import { runAsRootUid } from './pod/run-as-root-uid.ts';
import { seccompNotSet } from './pod/seccomp-not-set.ts';
import { seccompUnconfined } from './pod/seccomp-unconfined.ts';
import { selinuxOptionsCustom } from './pod/selinux-options-custom.ts';
import { unsafeSysctl } from './pod/unsafe-sysctl.ts';
import { windowsHostProcess } from './pod/windows-host-process.ts';

/** The checks that the controls of the Pod Security Standards are; KP-POD-007 and KP-POD-009 say nothing of a level that these do not. */
const CONTROLS: readonly Check[] = [
  privilegedContainer,
  hostPid,
  hostIpc,
  hostNetwork,
  windowsHostProcess,
  hostPathVolume,
  hostPort,
  capabilityBeyondBaseline,
  capabilitiesNotDropped,
  privilegeEscalationAllowed,
  runAsRootUid,
  runAsNonRootNotEnforced,
  seccompUnconfined,
  seccompNotSet,
  apparmorDisabled,
  selinuxOptionsCustom,
  procMountUnmasked,
  unsafeSysctl,
  probeOrHookHost,
  restrictedVolumeType,
];

/** Controls that are younger than every server that we know: a namespace may be pinned to rules from before them. */
const SINCE: Readonly<Partial<Record<CheckId, number>>> = {
  'KP-POD-011': 22,
  'KP-POD-013': 8,
  'KP-POD-014': 23,
  'KP-POD-018': 19,
  'KP-POD-019': 19,
};

/** Levels by what they rest on. Equal pods share it, and a namespace with thousands of pods is judged at each of their changes. */
const KNOWN = new WeakMap<Pod['spec'], WeakMap<Pod['metadata']['annotations'], Map<number, Level>>>();

/** The strictest level that a pod meets by the rules of a minor version. */
export function podLevel(pod: Pod, minor: number): Level {
  const levels = levelsOf(pod);
  const known = levels.get(minor);
  if (known !== undefined) return known;
  const level = pssLevelOf(CONTROLS.flatMap((control) => brokenBy(control, pod, minor)));
  levels.set(minor, level);
  return level;
}

function levelsOf({ spec, metadata: { annotations } }: Pod): Map<number, Level> {
  const ofSpec = KNOWN.get(spec) ?? new WeakMap<Pod['metadata']['annotations'], Map<number, Level>>();
  const levels = ofSpec.get(annotations) ?? new Map<number, Level>();
  KNOWN.set(spec, ofSpec.set(annotations, levels));
  return levels;
}

function brokenBy({ id, judges }: Check, pod: Pod, minor: number): readonly { readonly pss?: PssLevel }[] {
  if (minor < (SINCE[id] ?? 0)) return [];
  const context = { minor, complete: true, parameters: DEFAULT_PARAMETERS };
  return judges
    .filter(({ applies }) => applies(pod, context))
    .flatMap(({ evaluate }) => [...evaluate(pod, {}, context)].filter(isProblem));
}
