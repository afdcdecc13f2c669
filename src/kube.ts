/** Watching a cluster, for programs: informers that outlive what happens to their connections. */
export { Informer, type InformerEvents, type InformerOptions } from '#kube/informer.ts';
export { loadCluster, KubeConfigError, type Cluster, type ClusterOptions } from '#kube/kubeconfig.ts';
export { Transport, type TransportOptions } from '#kube/transport.ts';
export { ApiError, NetworkError } from '#kube/errors.ts';
export type { Resource } from '#kube/resource.ts';
export { BadEvent, type Codec, type Framer, type Raw, type WatchEvent } from '#kube/codec.ts';
