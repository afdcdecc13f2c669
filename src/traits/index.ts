import type { Trait } from '#model/trait.ts';
import { accessTrait } from './access.ts';
import { networkTrait } from './network.ts';

/** What reports tell beside their findings. */
export const TRAITS: readonly Trait[] = [networkTrait, accessTrait];
