import { EXCEPTION_STATES } from '#model/exception.ts';
import { ALL_KINDS, infoOf } from '#model/kinds.ts';
import { count, list, object, oneOf, text, type Fields, type Schema } from './pieces.ts';

const GLOB = 'A * stands for any run of characters, everything else for itself.';
const WITHOUT_NAMESPACE = ALL_KINDS.filter((kind) => {
  const { namespaced, optional = false, discovered = false } = infoOf(kind);
  return !namespaced && !optional && !discovered;
});

const checks = list(
  100,
  'The checks whose findings are accepted: ids (KP-NET-002), names (pod-not-isolated), or one aspect of a check (KP-NET-002/hostNetwork). ' +
    '* stands for every check that may be suppressed, and needs an end.',
  text(128, 'A check.', {
    pattern: '^(\\*|(KP-[A-Z]{2,12}-[0-9]{3}|[a-z][a-z0-9-]*)(/[A-Za-z0-9][A-Za-z0-9._-]*)?)$',
  }),
);

const reason = text(
  512,
  'Why the risk is taken, for whoever asks in a year. It stands beside every finding that it covers.',
  {
    minLength: 1,
    pattern: '\\S',
  },
);

const time = (description: string): Schema => ({ type: 'string', format: 'date-time', maxLength: 64, description });

const nameList = (description: string): Schema =>
  list(100, `${description} ${GLOB}`, text(253, 'A name or a glob.', { minLength: 1, pattern: '^[^/%\\s]+$' }));

const SELECTORS: Fields = {
  kinds: list(
    50,
    'Kinds of objects as reports name them: of a pod that a Deployment made the Deployment. Any when empty.',
    text(63, 'A kind.', { pattern: '^[A-Z][A-Za-z0-9]*$' }),
  ),
  names: nameList('Names of objects. Any when empty.'),
  matchLabels: {
    type: 'object',
    description:
      'Labels of the object itself, all of them; not of its pods. Any when empty. An object that the operator does not read has none.',
    maxProperties: 20,
    additionalProperties: { type: 'string', maxLength: 63 },
    'x-kubernetes-map-type': 'atomic',
    'x-kubernetes-validations': [
      { rule: 'self.all(key, size(key) <= 317)', message: 'a key of a label is at most 317 characters long' },
    ],
  },
  containers: nameList(
    'Containers that a finding is about; one about the whole pod is not covered then. Any when empty.',
  ),
};

const NAMESPACES: Fields = {
  namespaces: nameList(
    'Namespaces of objects; a Namespace counts as in itself, what is cluster-scoped as in none. Any when empty.',
  ),
};

const subjects = (fields: Fields): Schema =>
  object(
    'Whose findings are accepted: objects that meet all of what is said here, every object in reach when nothing is.',
    [],
    fields,
  );

const spec = (selectors: Fields, rules: readonly Schema[]): Schema =>
  object(
    'What is accepted, why, and until when.',
    ['checks', 'reason'],
    {
      checks: { ...checks, minItems: 1 },
      subjects: subjects(selectors),
      reason,
      owner: text(253, 'Who answers for it: a person, a team. For people, nothing follows from it.'),
      expires: time(
        'When it ends by itself and what it covers is open again. The configuration of the operator (exceptions.maxDays) can make it ' +
          'mandatory and bound it.',
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: "!('*' in self.checks) || has(self.expires)",
          message: 'who accepts every check says until when: expires',
        },
        ...rules,
      ],
    },
  );

const condition = object('One side of how it stands.', ['type', 'status', 'lastTransitionTime', 'reason', 'message'], {
  type: oneOf(['Effective', 'Expiring'], 'Whether it covers anything now, or ends within seven days.'),
  status: oneOf(['True', 'False'], 'Whether that is so.'),
  reason: text(64, 'Why, in a word.', { pattern: '^[A-Z][A-Za-z]*$' }),
  message: text(512, 'Why, in a sentence.'),
  observedGeneration: count('The generation of the spec that it is about.'),
  lastTransitionTime: time('Since when.'),
});

const status = object('How it stands. Written by kubeposture only, and only when it changes.', [], {
  state: oneOf(
    EXCEPTION_STATES,
    'Active, NeverMatched (no finding came under it since the spec is as it is: is there a slip in it?) and Overbroad (findings on many ' +
      'objects are under it) are in effect, Expired and Invalid are not.',
  ),
  message: text(512, 'What is wrong with it, where it is not in effect or not as it should be.'),
  matchedFindings: count('How many findings are under it now.'),
  lastMatched: time(
    'When findings were last seen under it. No heartbeat: while findings are under it, it moves only when something else in this status ' +
      'does.',
  ),
  observedGeneration: count('The generation of the spec that this status is about.'),
  conditions: list(8, 'The same for machines.', condition),
});

export const EXCEPTION_COLUMNS: readonly Schema[] = [
  { name: 'Checks', type: 'string', jsonPath: '.spec.checks' },
  { name: 'Reason', type: 'string', jsonPath: '.spec.reason' },
  { name: 'Expires', type: 'string', jsonPath: '.spec.expires' },
  { name: 'Matched', type: 'integer', jsonPath: '.status.matchedFindings' },
  { name: 'State', type: 'string', jsonPath: '.status.state' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Owner', type: 'string', jsonPath: '.spec.owner', priority: 1 },
  { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
];

/** The fields of a SecurityException. */
export const EXCEPTION_FIELDS: Fields = {
  spec: spec(SELECTORS, [
    {
      rule: `!has(self.subjects) || !has(self.subjects.kinds) || !self.subjects.kinds.exists(kind, kind in ${JSON.stringify(WITHOUT_NAMESPACE)})`,
      message:
        'a SecurityException covers objects of its own namespace: for others there is the ClusterSecurityException',
    },
  ]),
  status,
};

/** The fields of a ClusterSecurityException. */
export const CLUSTER_EXCEPTION_FIELDS: Fields = { spec: spec({ ...NAMESPACES, ...SELECTORS }, []), status };
