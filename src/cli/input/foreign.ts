import type { Raw } from '#inventory/shrink.ts';

/** Kinds that make pods in a way that a look for `containers` does not find: `group/kind`. */
const POD_MAKERS = new Set([
  'argoproj.io/Workflow',
  'argoproj.io/WorkflowTemplate',
  'argoproj.io/ClusterWorkflowTemplate',
  'argoproj.io/CronWorkflow',
  'argoproj.io/Rollout',
  'tekton.dev/Task',
  'tekton.dev/TaskRun',
  'tekton.dev/Pipeline',
  'tekton.dev/PipelineRun',
  'serving.knative.dev/Service',
  'jobset.x-k8s.io/JobSet',
]);
const DEEPEST = 12;
const VALUES_AT_MOST = 20_000;

/** Why an object of a kind that we do not know is not judged: what makes pods is said apart, for its pods will run unseen. */
export function foreignReason(raw: Raw): string {
  const [group] = String(raw['apiVersion']).split('/');
  const makesPods = POD_MAKERS.has(`${group ?? ''}/${String(raw['kind'])}`) || hasContainers(raw);
  return makesPods ? 'kind without a known pod template' : 'kind without checks';
}

/** Whether somewhere inside there is a list of `containers`, each an object with a name or an image. */
function hasContainers(raw: Raw): boolean {
  let left = VALUES_AT_MOST;
  const look = (value: unknown, depth: number): boolean => {
    if (typeof value !== 'object' || value === null || depth > DEEPEST) return false;
    return Object.entries(value).some(([key, inner]) => {
      left -= 1;
      if (left < 0) return false;
      return (key === 'containers' && areContainers(inner)) || look(inner, depth + 1);
    });
  };
  return look(raw, 0);
}

function areContainers(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item: unknown) => typeof item === 'object' && item !== null && ('image' in item || 'name' in item))
  );
}
