import type { CheckId } from '#model/check.ts';
import { LEAST_IMAGE_BYTES } from '#model/node-images.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '#model/parameters.ts';
import { SEVERITIES, type Severity } from '#model/severity.ts';
import { componentAdvisories, componentAdvisoriesDate } from './advisories.ts';
import { declaredControls } from './controls.ts';
import { atStart, field, integer, words, type Field, type Section } from './field.ts';
import { imageScanners, imageVerifiers } from './products.ts';
import { cniPolicyKinds, csiProvisioners, podConnectByGet, podTemplateKinds } from './rights.ts';

export const CHECK_ID = '^KP-[A-Z]+-[0-9]{3}$';
export const CRON = '^\\S+( +\\S+){4}$';
export const NAMESPACE = '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$';

export const SECRETS_MODES = ['off', 'metadata'] as const;
type SecretsMode = (typeof SECRETS_MODES)[number];

interface Choice {
  readonly says: string;
  readonly fields: Readonly<Record<'include' | 'exclude', Field<readonly string[]>>>;
}

function choice(what: string): Choice {
  return {
    says: `Which ${what} are judged. What is left out is still looked at: a policy there is a policy.`,
    fields: {
      include: words(`Only these ${what}; all when empty. A trailing \`*\` stands for any rest.`),
      exclude: words(`Not these ${what}. A trailing \`*\` stands for any rest.`),
    },
  };
}

const CHECK_IDS = { type: 'array', items: { type: 'string', pattern: CHECK_ID } };
const disable = field<readonly CheckId[]>('Checks that do not run, by id.', [], CHECK_IDS);
const severity = field<Readonly<Partial<Record<CheckId, Severity>>>>(
  'Another severity for every finding of a check; those that are only info stay info.',
  {},
  {
    type: 'object',
    propertyNames: { title: 'check id', pattern: CHECK_ID },
    additionalProperties: { enum: SEVERITIES },
  },
);
const sweep = field(
  'When every verdict is compared with a fresh one, and every watch with the API server: five fields of cron.',
  '17 3 * * *',
  { type: 'string', pattern: CRON },
);

type NameOf<T> = { [N in keyof Parameters]: Parameters[N] extends T ? N : never }[keyof Parameters];

function parameter(name: NameOf<readonly string[]>, says: string): Field<readonly string[]> {
  return words(says, DEFAULT_PARAMETERS[name]);
}

const TEN_YEARS = 10 * 365 * 24 * 3600;

function seconds(name: NameOf<number>, says: string): Field<number> {
  return integer(`${says} Seconds.`, DEFAULT_PARAMETERS[name], 0, TEN_YEARS);
}

/** Everything that the configuration file may say, once. */
export const CONFIGURATION = {
  says: 'Configuration of kubeposture: the same file for `scan` and `operator`. Everything may be absent.',
  fields: {
    scope: {
      says: 'What is judged.',
      fields: { namespaces: choice('namespaces'), kinds: choice('kinds of subjects') },
    },
    checks: {
      says: 'How it is judged.',
      fields: {
        disable,
        severity,
        parameters: {
          says: 'The data tables that checks rest on. A list here takes the place of the one that is built in.',
          fields: {
            floatingTags: parameter(
              'floatingTags',
              'Tags that name another image tomorrow; lower case, compared whole.',
            ),
            systemNamespaces: parameter(
              'systemNamespaces',
              'Namespaces of the system. A trailing `*` stands for any rest.',
            ),
            privilegedNamespaces: parameter(
              'privilegedNamespaces',
              'Namespaces where privileged pods are at home, beside those of the system.',
            ),
            controlPlaneNamespaces: parameter(
              'controlPlaneNamespaces',
              'Namespaces in which the pods of the control plane run.',
            ),
            sensitiveHostPaths: parameter(
              'sensitiveHostPaths',
              'Paths of the node that no pod should see: a path with what holds it; with `/*` at its end, also what lies below it.',
            ),
            runtimeSockets: parameter(
              'runtimeSockets',
              'Sockets of container runtimes: names, which count wherever they lie, and paths, which count with what holds them.',
            ),
            cloudCredentialPaths: parameter(
              'cloudCredentialPaths',
              'Where credentials of clouds lie on a node: whole segments anywhere in a path.',
            ),
            hostPathSafeReadOnly: parameter(
              'hostPathSafeReadOnly',
              'Paths of the node that may be read, with what lies below them.',
            ),
            knownSystemComponents: parameter(
              'knownSystemComponents',
              'Images at home in the namespaces of the system, beside those whose needs are accepted: whole segments at the end of the repository.',
            ),
            allowedRegistries: parameter(
              'allowedRegistries',
              'Registries or repositories that images may come from, by whole segments; empty is not configured.',
            ),
            retiredRegistries: parameter(
              'retiredRegistries',
              'Registries or repositories that get no updates or are about to vanish.',
            ),
            externalNameAllow: parameter(
              'externalNameAllow',
              'Names that ExternalName Services may stand for; `*` at an end stands for any rest; empty is not configured.',
            ),
            publicEntryPoints: parameter(
              'publicEntryPoints',
              'Services, as `namespace/name`, that are meant to be open to everybody.',
            ),
            metadataHosts: parameter('metadataHosts', 'Names and addresses of the metadata services of clouds.'),
            componentAdvisories,
            componentAdvisoriesDate,
            imageVerifiers,
            imageScanners,
            maxImageBytes: integer(
              'How large an image may be before KP-IMG-006 tells of it. Bytes.',
              DEFAULT_PARAMETERS.maxImageBytes,
              LEAST_IMAGE_BYTES,
              1024 ** 4,
            ),
            podTemplateKinds,
            csiProvisioners,
            cniPolicyKinds,
            podConnectByGet,
            inputIsComplete: field(
              'The files of `scan` are a dump of a whole cluster: it is judged too, and what they do not hold does not exist.',
              DEFAULT_PARAMETERS.inputIsComplete,
              { type: 'boolean' },
            ),
            minOwnersForSplit: integer(
              'How many applications may share a namespace before KP-NS-007 asks why.',
              DEFAULT_PARAMETERS.minOwnersForSplit,
              1,
              100_000,
            ),
            debugMaxAge: seconds('debugMaxAge', 'How long a debug container may run.'),
            danglingGrace: seconds('danglingGrace', 'How long what something refers to may be on its way.'),
            unusedGrace: seconds('unusedGrace', 'How long something may be there before anybody uses it.'),
            tokenUseWindow: seconds('tokenUseWindow', 'How long ago a token counts as in use.'),
            maxTokenSeconds: seconds('maxTokenSeconds', 'How long a token that a pod asks for may be good.'),
          } satisfies { readonly [N in keyof Parameters]: Field<Parameters[N]> },
        },
      },
    },
    controlPlane: { says: 'What is known of what cannot be seen.', fields: { declaredControls } },
    secrets: {
      says: 'What is asked of Secrets. Values never are.',
      fields: {
        mode: atStart(
          field<SecretsMode>(
            'How much is asked for: `metadata` of the Secrets with tokens of service accounts, or nothing (`off`), and then the checks that look at Secrets say `unknown`.',
            'metadata',
            { enum: SECRETS_MODES },
          ),
        ),
      },
    },
    exceptions: {
      says: 'What a SecurityException or ClusterSecurityException may ask for.',
      fields: {
        maxDays: integer(
          'How many days an exception may last from its creation on. Where it is set, `expires` must be. 0 is for ever.',
          0,
          0,
          36_500,
        ),
        nonSuppressible: field<readonly CheckId[]>('Checks that no exception covers, by id.', [], CHECK_IDS),
        broadAbove: integer(
          'On how many objects one exception may have findings before it counts as Overbroad: in effect all the same.',
          100,
          1,
          1_000_000,
        ),
      },
    },
    reports: {
      says: 'What is written.',
      fields: {
        maxFindings: integer(
          'Findings that one report lists, worst first; the others are counted in `truncated`.',
          100,
          1,
          100,
        ),
      },
    },
    metrics: {
      says: 'What Prometheus sees.',
      fields: {
        maxSeries: integer(
          'Posture series in all; the namespaces beyond are folded into `namespace="_other"`.',
          10_000,
          0,
          1_000_000,
        ),
        workloadScore: field('Also a score for each workload, the lowest ones first where not all have room.', false, {
          type: 'boolean',
        }),
      },
    },
    writes: {
      says: 'How fast reports are written.',
      fields: {
        rate: field('Writes a second.', 50, { type: 'number', exclusiveMinimum: 0, maximum: 10_000 }),
        burst: integer('Writes at once after a quiet time.', 100, 1, 100_000),
      },
    },
    events: {
      says: 'Events on workloads for new critical and high findings, and for their end.',
      fields: {
        enabled: field('Make Events. Without them the ClusterRole `kubeposture-events` is not needed.', true, {
          type: 'boolean',
        }),
        rate: field('Events a second, of all workloads together. What is beyond is left out and counted.', 1, {
          type: 'number',
          exclusiveMinimum: 0,
          maximum: 1000,
        }),
        burst: integer('Events at once after a quiet time.', 50, 1, 10_000),
      },
    },
    schedule: { says: 'When what is done from time to time is done.', fields: { sweep } },
    leaderElection: {
      says: 'Which of several replicas writes.',
      fields: {
        enabled: atStart(
          field('Hold a Lease while writing. `--leader-elect` and `KUBEPOSTURE_LEADER_ELECT` override it.', true, {
            type: 'boolean',
          }),
        ),
        namespace: atStart(
          field('Namespace of the Lease; when empty that of the pod (`POD_NAMESPACE`), else `kubeposture`.', '', {
            type: 'string',
            maxLength: 63,
            pattern: NAMESPACE,
          }),
        ),
      },
    },
  },
} as const satisfies Section;
