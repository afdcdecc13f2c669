/** What our checks say of a pod as Pod Security knows it. */
import { CHECKS } from '#checks/index.ts';
import { pssLevelOf } from '#facts/pss.ts';
import type { CheckId, Manifest, PssLevel } from '#model/check.ts';
import type { Finding } from '#model/verdict.ts';
import { World } from './world.ts';

const POD_CHECKS = CHECKS.filter(({ id }) => id.startsWith('KP-POD-'));

export interface Judgement {
  readonly level: 'privileged' | PssLevel;
  /** The findings that break a level. */
  readonly broken: readonly Finding[];
}

/** How the rules of a minor version judge a pod. */
export function judged(pod: Manifest, minor: number): Judgement {
  const verdicts = new World([pod], POD_CHECKS, { minor }).verdicts();
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  return { level: pssLevelOf(findings), broken: findings.filter(({ pss }) => pss !== undefined) };
}

export function meets(level: Judgement['level'], wanted: PssLevel): boolean {
  return level === 'restricted' || level === wanted;
}

/** The checks of each control of Pod Security admission, by its name in lower case. */
export const CHECKS_OF_CONTROL: Readonly<Record<string, readonly CheckId[]>> = {
  windowshostprocess: ['KP-POD-005'],
  hostnamespaces: ['KP-POD-002', 'KP-POD-003', 'KP-POD-004'],
  privileged: ['KP-POD-001'],
  capabilities_baseline: ['KP-POD-009', 'KP-POD-010'],
  hostpathvolumes: ['KP-POD-006', 'KP-POD-007'],
  hostports: ['KP-POD-008'],
  hostprobesandhostlifecycle: ['KP-POD-024'],
  apparmorprofile: ['KP-POD-020'],
  selinuxoptions: ['KP-POD-021'],
  procmount: ['KP-POD-022'],
  seccompprofile_baseline: ['KP-POD-018'],
  sysctls: ['KP-POD-023'],
  restrictedvolumes: ['KP-POD-025', 'KP-POD-006'],
  allowprivilegeescalation: ['KP-POD-013'],
  runasnonroot: ['KP-POD-015'],
  runasuser: ['KP-POD-014'],
  seccompprofile_restricted: ['KP-POD-018', 'KP-POD-019'],
  capabilities_restricted: ['KP-POD-011'],
  procmount_restricted: ['KP-POD-022'],
};
