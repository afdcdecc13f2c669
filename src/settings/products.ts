import type { ImageVerifier } from '#model/image-verifiers.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { WORD, WORDS, record } from './advisories.ts';
import type { Field } from './field.ts';

/** The table of KP-IMG-005. */
export const imageVerifiers: Field<readonly ImageVerifier[]> = {
  says: 'Products that verify images before they run (KP-IMG-005), by the names of the Services behind their webhooks; a trailing `*` stands for any rest. Policies of Kyverno, Sigstore, Ratify and Kubewarden are known without it.',
  fallback: DEFAULT_PARAMETERS.imageVerifiers,
  schema: {
    type: 'array',
    items: record(['verifier', 'services'], { verifier: WORD, services: WORDS }),
    maxItems: 1000,
  },
};
