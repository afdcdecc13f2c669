import type { ImageScanner } from '#model/image-scanners.ts';
import type { ImageVerifier } from '#model/image-verifiers.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { REPOSITORY, WORD, WORDS, record } from './advisories.ts';
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

const REPOSITORIES = {
  type: 'array',
  items: { type: 'string', pattern: REPOSITORY, maxLength: 253 },
  minItems: 1,
  maxItems: 100,
};

/** The table of KP-IMG-006. */
export const imageScanners: Field<readonly ImageScanner[]> = {
  says: 'Products that look into images (KP-IMG-006), by the ends of the repositories that they run themselves.',
  fallback: DEFAULT_PARAMETERS.imageScanners,
  schema: {
    type: 'array',
    items: record(['scanner', 'images'], { scanner: WORD, images: REPOSITORIES }),
    maxItems: 1000,
  },
};
