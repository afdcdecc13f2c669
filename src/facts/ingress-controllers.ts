import type { Pod } from '#model/objects.ts';
import { containersOf } from './containers.ts';
import { isOneOf } from './image.ts';

/** An ingress controller: how Ingresses name it, and how its pods are known (`ingressControllers`). */
export interface IngressController {
  /** Prefixes of the annotations that it reads. */
  readonly annotations: readonly string[];
  /** `spec.controller` of its IngressClasses. */
  readonly controllers: readonly string[];
  /** The classes that the old annotation names it by. */
  readonly classes: readonly string[];
  /** Ends of the repositories of its images. Empty: it is no pod of the cluster, or is not known by its image. */
  readonly images: readonly string[];
}

export const INGRESS_CONTROLLERS: readonly IngressController[] = [
  {
    annotations: ['nginx.ingress.kubernetes.io'],
    controllers: ['k8s.io/ingress-nginx'],
    classes: ['nginx'],
    images: [
      'ingress-nginx/controller',
      'ingress-nginx/controller-chroot',
      'kubernetes-ingress-controller/nginx-ingress-controller',
    ],
  },
  {
    annotations: ['nginx.org', 'nginx.com'],
    controllers: ['nginx.org/ingress-controller'],
    classes: ['nginx'],
    images: ['nginx/nginx-ingress', 'nginx-ic/nginx-plus-ingress'],
  },
  {
    annotations: ['haproxy-ingress.github.io'],
    controllers: ['haproxy-ingress.github.io/controller'],
    classes: ['haproxy'],
    images: ['jcmoraisjr/haproxy-ingress'],
  },
  {
    annotations: ['haproxy.org'],
    controllers: ['haproxy.org/ingress-controller'],
    classes: ['haproxy'],
    images: ['haproxytech/kubernetes-ingress'],
  },
  {
    annotations: ['traefik.ingress.kubernetes.io'],
    controllers: ['traefik.io/ingress-controller'],
    classes: ['traefik'],
    images: ['library/traefik', 'traefik/traefik', 'rancher/mirrored-library-traefik'],
  },
  {
    annotations: ['alb.ingress.kubernetes.io'],
    controllers: ['ingress.k8s.aws/alb', 'eks.amazonaws.com/alb'],
    classes: ['alb'],
    images: [],
  },
  {
    annotations: ['networking.gke.io'],
    controllers: ['k8s.io/ingress-gce'],
    classes: ['gce', 'gce-internal'],
    images: [],
  },
  {
    annotations: ['appgw.ingress.kubernetes.io'],
    controllers: ['azure/application-gateway'],
    classes: ['azure/application-gateway'],
    images: [],
  },
  {
    annotations: ['projectcontour.io'],
    controllers: ['projectcontour.io/ingress-controller'],
    classes: ['contour'],
    images: ['envoyproxy/envoy'],
  },
  {
    annotations: ['konghq.com'],
    controllers: ['ingress-controllers.konghq.com/kong'],
    classes: ['kong'],
    images: ['library/kong', 'kong/kong', 'kong/kong-gateway'],
  },
  {
    annotations: [],
    controllers: ['istio.io/ingress-controller'],
    classes: ['istio'],
    images: ['istio/proxyv2'],
  },
  {
    annotations: ['ingress.cilium.io'],
    controllers: ['cilium.io/ingress-controller'],
    classes: ['cilium'],
    images: ['cilium/cilium-envoy'],
  },
  {
    annotations: ['route.openshift.io'],
    controllers: ['openshift.io/ingress-to-route'],
    classes: ['openshift-default'],
    images: ['openshift/origin-haproxy-router'],
  },
];

/** Whether a pod runs the controller. */
export function runs(pod: Pod, { images }: IngressController): boolean {
  return containersOf(pod.spec).some(
    ({ container, list }) => list === 'containers' && isOneOf(container.image ?? '', images),
  );
}
