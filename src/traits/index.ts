import type { Trait } from '#model/trait.ts';
import { networkTrait } from './network.ts';

/** What every report of a workload tells beside its findings. */
export const TRAITS: readonly Trait[] = [networkTrait];
