import type { Advisory } from '#model/advisories.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { SEVERITIES } from '#model/severity.ts';
import type { Field } from './field.ts';

/** Two segments or more: the last one alone anybody may use. */
export const REPOSITORY = '^[^/@:]+(/[^/@:]+)+$';
export const VERSION = '^v?[0-9]{1,9}(\\.[0-9]{1,9}){1,2}$';

export const WORD = { type: 'string', minLength: 1, maxLength: 253 };
const TEXT = { type: 'string', minLength: 1, maxLength: 300 };
export const WORDS = { type: 'array', items: WORD, maxItems: 100 };
const VERSION_WORD = { type: 'string', pattern: VERSION };

/** An object with these fields and no others. */
export function record(required: readonly string[], properties: Readonly<Record<string, object>>): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

const RANGE = record([], { from: VERSION_WORD, below: VERSION_WORD });
const FLAW = record(['severity', 'text'], {
  severity: { enum: SEVERITIES },
  text: TEXT,
  in: { type: 'array', items: RANGE, minItems: 1, maxItems: 100 },
});
const SHIPPED = record(['verbs', 'apiGroup', 'resources'], {
  verbs: WORDS,
  apiGroup: { type: 'string', maxLength: 253 },
  resources: WORDS,
  names: WORDS,
  everywhere: { type: 'boolean' },
});
const ADVISORY = record(['component', 'images', 'flaws'], {
  component: WORD,
  images: { type: 'array', items: { type: 'string', pattern: REPOSITORY, maxLength: 253 }, maxItems: 100 },
  distinctive: WORDS,
  labels: { type: 'object', additionalProperties: WORD },
  services: WORDS,
  serviceAccount: WORD,
  shipped: { type: 'array', items: SHIPPED, maxItems: 100 },
  flaws: { type: 'array', items: FLAW, minItems: 1, maxItems: 100 },
});

export const DATE = '^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$';

/** The age of the table of KP-IMG-008. */
export const componentAdvisoriesDate: Field<string> = {
  says: 'When `componentAdvisories` was last held against what is known, such as `2026-11-21`: half a year later what KP-IMG-008 does not find is `unknown`. Say when your own table is of; empty is a table that does not age.',
  fallback: DEFAULT_PARAMETERS.componentAdvisoriesDate,
  schema: { type: 'string', pattern: DATE },
};

/** The table of KP-IMG-008. */
export const componentAdvisories: Field<readonly Advisory[]> = {
  says: 'Add-ons that are retired or have known flaws (KP-IMG-008): recognised by the end of the repository, a last segment that is theirs alone, labels, Services or the service account, which may hold no more than is `shipped`; of the flaws the first that fits the version counts.',
  fallback: DEFAULT_PARAMETERS.componentAdvisories,
  schema: { type: 'array', items: ADVISORY, maxItems: 1000 },
};
