import {
  at,
  isRecord,
  nameOf,
  namespaceOf,
  numberAt,
  put,
  recordAt,
  textAt,
  uidOf,
  versionOf,
  type Raw,
} from './json.ts';
import { mergePatch } from './patch.ts';
import type { Resource } from './resource.ts';
import { badRequest, invalid } from './status.ts';
import { updateTo } from './write.ts';
import { selectorText } from './cells.ts';
import type { Intent, World } from './world.ts';

/** Where a custom kind keeps its counts. */
function pathOf(resource: Resource, key: string, fallback: readonly string[]): readonly string[] {
  const declared = textAt(resource.custom?.version, 'subresources', 'scale', key);
  return declared === '' ? fallback : declared.split('.').filter((part) => part !== '');
}

/** The Scale of a workload. */
export function scaleOf(object: Raw, resource: Resource): Raw {
  const replicas = numberAt(object, ...pathOf(resource, 'specReplicasPath', ['spec', 'replicas']));
  const current = numberAt(object, ...pathOf(resource, 'statusReplicasPath', ['status', 'replicas'])) ?? 0;
  const selector = selectorOf(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: nameOf(object),
      namespace: namespaceOf(object),
      uid: uidOf(object),
      resourceVersion: versionOf(object),
      creationTimestamp: at(object, 'metadata', 'creationTimestamp'),
    },
    spec: replicas === undefined || replicas === 0 ? {} : { replicas },
    status: { replicas: current, ...(selector === '' ? {} : { selector }) },
  };
}

interface ScaleBody {
  readonly body: unknown;
  readonly patching: boolean;
}

/** PUT and PATCH of `scale`: writes the wanted number of replicas into the workload. */
export function writeScale(world: World, intent: Intent, live: Raw, { body, patching }: ScaleBody): Raw {
  const { resource } = intent;
  const before = scaleOf(live, resource);
  const next = patching ? mergePatch(before, body) : body;
  if (!isRecord(next)) throw badRequest('the body of the request is no Scale');
  const replicas = numberAt(next, 'spec', 'replicas') ?? 0;
  if (replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale', name: intent.name }, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${String(replicas)}: must be greater than or equal to 0`,
        field: 'spec.replicas',
      },
    ]);
  const version = patching ? textAt(recordAt(body), 'metadata', 'resourceVersion') : versionOf(next);
  const scaled = put(live, pathOf(resource, 'specReplicasPath', ['spec', 'replicas']), replicas);
  const wanted = put(scaled, ['metadata', 'resourceVersion'], version === '' ? undefined : version);
  return scaleOf(
    updateTo(world, { ...intent, manager: { ...intent.manager, subresource: 'scale' } }, live, wanted),
    resource,
  );
}

function selectorOf(object: Raw): string {
  const selector = recordAt(object, 'spec', 'selector');
  const typed = isRecord(selector['matchLabels']) || Array.isArray(selector['matchExpressions']);
  const text = selectorText(typed ? selector : { matchLabels: selector });
  return text === '<none>' ? '' : text;
}
