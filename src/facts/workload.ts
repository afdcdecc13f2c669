import { isTemplateKind, type TemplateKind } from '#model/kinds.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import type { PodTemplate } from '#model/pod.ts';
import { templatePodName } from '#model/workload.ts';

export function isTemplateWorkload(object: AnyObject): object is ObjectOf<TemplateKind> {
  return isTemplateKind(object.kind);
}

/** The pod template of a workload, wherever its kind keeps it. */
function templateOf(workload: ObjectOf<TemplateKind>): PodTemplate | undefined {
  return workload.kind === 'CronJob' ? workload.spec?.jobTemplate?.spec?.template : workload.spec?.template;
}

/**
 * The pod that a workload's template would make: its labels, its namespace, its service account. Owned by the workload as the real ones
 * are, so that ownership is walked the same way.
 */
export function templatePod(workload: ObjectOf<TemplateKind>, apiVersion: string): Pod | undefined {
  const template = templateOf(workload);
  if (template === undefined) return undefined;
  const { name, namespace, uid } = workload.metadata;
  const { labels, annotations } = template.metadata;
  const owner = { apiVersion, kind: workload.kind, name, controller: true, ...(uid === undefined ? {} : { uid }) };
  return {
    kind: 'Pod',
    metadata: { name: templatePodName(workload.kind, name), namespace, labels, annotations, ownerReferences: [owner] },
    spec: template.spec,
    ...(workload.malformed === undefined ? {} : { malformed: workload.malformed }),
    ...(workload.statesNoNamespace === undefined ? {} : { statesNoNamespace: true }),
  };
}
