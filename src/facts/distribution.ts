import type { ObjectOf } from '#model/objects.ts';

/** Whether a node runs Amazon's build of the kubelet (`v1.33.1-eks-1de2ab1`): a cluster of EKS, also where no provider is said. */
export function isOfEks({ status }: ObjectOf<'Node'>): boolean {
  return (status?.nodeInfo?.kubeletVersion ?? '').includes('-eks-');
}
