import { SEVERITIES } from '#model/severity.ts';
import {
  apiVersion,
  count,
  kind,
  list,
  name,
  namespace,
  number,
  object,
  oneOf,
  text,
  type Fields,
  type Schema,
} from './pieces.ts';

const aspect = text(128, 'Which side of the check it is about, where a check has several.');
const check = text(24, 'Id of the check; `kubeposture checks explain ID` tells what it means and how to fix it.', {
  pattern: '^KP-[A-Z]{2,12}-[0-9]{3}$',
});
const severity = oneOf(SEVERITIES, 'How bad it is.');
const grade = oneOf(['A', 'B', 'C', 'D', 'F'], 'Grade of the score, A best.');
const score = {
  type: 'integer',
  description: 'From 0 to 100, higher is better; a function of the open findings only, so passes never hide one.',
  minimum: 0,
  maximum: 100,
} as const satisfies Schema;

const subject = object(
  'What the report is about; never to be read from the name of the report.',
  ['apiVersion', 'kind', 'name'],
  {
    apiVersion,
    kind,
    namespace,
    name,
    uid: text(128, 'Uid of the object; absent where no object stands behind the report, as for the cluster.'),
    pods: count('How many pods of it are there now.'),
  },
);

const severityCounts = Object.fromEntries(
  SEVERITIES.map((word) => [word, count(`Open findings of severity ${word}.`)]),
);
const otherCounts: Fields = {
  passed: count('Checks that looked and found nothing wrong; they are counted, never listed.'),
  suppressed: count('Findings under a SecurityException: shown, not scored.'),
  accepted: count('Findings that the product accepts by itself, each with its reason: shown, not scored.'),
  unknown: count('Checks that could not judge; never counted as passed.'),
};
const counts = { ...severityCounts, ...otherCounts };
const summary = object(
  'The findings in numbers, also of those that were left out of the lists.',
  Object.keys(counts),
  counts,
);

const cappedBy = object(
  'The worst open finding, which sets the highest score possible; absent when nothing is open.',
  ['check', 'severity'],
  {
    check,
    severity,
    subject: object('The object it was found on, where that is not the subject of the report.', ['kind', 'name'], {
      kind,
      namespace,
      name,
    }),
  },
);

const topFixes = list(
  5,
  'The checks whose repair gains most, best first.',
  object('One check to repair.', ['check', 'scoreAfter'], {
    check,
    scoreAfter: number(0, 100, 'The score if every finding of this check were gone.'),
  }),
);

const exception = object('The exception that suppresses the finding.', ['name', 'reason'], {
  kind: oneOf(['SecurityException', 'ClusterSecurityException'], 'Kind of the exception.'),
  name: text(253, 'Name of the exception.'),
  reason: text(512, 'Why the risk is taken.'),
  expires: text(64, 'When the finding opens again: a date or an RFC 3339 time.', {
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}',
  }),
});

const finding = object(
  'One thing that is wrong.',
  ['check', 'name', 'severity', 'status', 'path', 'message', 'evidence', 'fingerprint'],
  {
    check,
    name: text(63, 'Name of the check: privileged-container.', { pattern: '^[a-z][a-z0-9-]*$' }),
    aspect,
    severity,
    status: oneOf(
      ['fail', 'suppressed', 'accepted'],
      'Open, under an exception, or accepted by the product; only fail is scored.',
    ),
    path: text(512, 'Field path in the judged object; for a workload, as in its pod template.'),
    message: text(512, 'What is wrong, with the names that matter.'),
    evidence: oneOf(
      ['observed', 'declared', 'heuristic'],
      'Whether the field was read from an object, a setting was declared, or a product was recognised.',
    ),
    pss: oneOf(['baseline', 'restricted'], 'The Pod Security Standard level that it breaks.'),
    pods: count('How many pods of the subject show it.'),
    firstSeen: {
      type: 'string',
      format: 'date-time',
      description: 'Since when it is open; a regression starts anew.',
      maxLength: 64,
    },
    fingerprint: text(64, 'Stable identity of the finding: subject, check, aspect and path.', {
      pattern: '^[0-9a-f]+$',
    }),
    because: list(
      16,
      'Other objects to blame.',
      object('One object to blame.', ['kind', 'name'], { kind, namespace, name }),
    ),
    exception,
    accepted: text(512, 'Why the product accepts it.'),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "(self.status == 'suppressed') == has(self.exception)",
        message: 'a suppressed finding, and no other, names its exception',
      },
      {
        rule: "(self.status == 'accepted') == has(self.accepted)",
        message: 'an accepted finding, and no other, says why',
      },
    ],
  },
);

const unknown = list(
  250,
  'The checks that could not judge, each with what was missing.',
  object('One check that could not judge.', ['check', 'reason'], {
    check,
    aspect,
    reason: text(512, 'What was missing: a permission, a kind, an object.'),
  }),
);

const declared = list(
  250,
  'What the configuration declares of checks that could not judge (controlPlane.declaredControls); what it declares to fail is among the findings.',
  object('One check, or one aspect of it, that is declared.', ['check', 'status', 'reason'], {
    check,
    aspect,
    status: oneOf(['pass', 'notApplicable'], 'What it is declared to be; pass is counted as passed.'),
    reason: text(512, 'Why, in the words of the configuration.'),
    expires: text(64, 'Until when it counts; then it is unknown again.', { format: 'date-time' }),
  }),
);

const truncated = object('How much was left out to keep the report small; the summary counts it all.', [], {
  findings: count('Findings left out, the mildest first.'),
  unknown: count('Entries left out of unknown.'),
  declared: count('Entries left out of declared.'),
});

const engine = object('What judged; scores of different scoring versions do not compare.', ['catalogue', 'scoring'], {
  catalogue: text(32, 'Version of the catalogue of checks.'),
  scoring: { type: 'integer', description: 'Version of the scoring formula.', minimum: 1 },
});

/** Top-level fields of every report. */
export const SHARED: Fields = {
  subject,
  grade,
  score,
  scoreExact: number(0, 100, 'The score with one decimal.'),
  scoreWithoutExceptions: number(
    0,
    100,
    'What the score would be if nothing were suppressed, with one decimal; absent where nothing is. Accepting a risk is no repair.',
  ),
  summary,
  cappedBy,
  topFixes,
  findings: list(100, 'What is wrong, worst first, then by check and path.', finding),
  unknown,
  declared,
  truncated,
  engine,
};
export const REQUIRED: readonly string[] = ['subject', 'grade', 'score', 'scoreExact', 'summary', 'engine'];

export const rollup = object(
  'Everything below the namespace or the cluster, taken together.',
  ['objects', 'workloads', 'worst'],
  {
    objects: count('Objects that were judged.'),
    workloads: count('Workloads among them.'),
    worst: list(
      10,
      'The objects with the lowest scores, worst first.',
      object('One object and its score.', ['kind', 'name', 'grade', 'score'], {
        apiVersion,
        kind,
        namespace,
        name,
        grade,
        score,
      }),
    ),
  },
);

export const coverage = object('How much of the cluster can be seen.', ['ratio', 'kinds'], {
  ratio: number(0, 1, 'Part of the kinds that are known.'),
  kinds: list(
    100,
    'Each kind that checks want to see.',
    object('One kind.', ['kind', 'state'], {
      kind,
      state: text(32, 'Whether it is known: synced, or notServed where its extension is not installed; else unknown.', {
        pattern: '^[a-zA-Z]+$',
      }),
      reason: text(512, "What the API server said, where it isn't known."),
    }),
  ),
});
