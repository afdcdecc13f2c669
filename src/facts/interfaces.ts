import type { Pod } from '#model/objects.ts';
import { servingContainersOf } from './containers.ts';
import { isOneOf } from './image.ts';

/** An administrative interface (`sensitiveInterfaces`). */
interface AdminInterface {
  readonly name: string;
  /** Ends of image repositories. */
  readonly images: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceNames: readonly string[];
  readonly ports: readonly number[];
  readonly needsLogin: boolean;
}

type Row = readonly [name: string, images: string, label: string, services: string, ports: readonly number[]];

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

function rows(needsLogin: boolean, list: readonly Row[]): readonly AdminInterface[] {
  return list.map(([name, images, label, services, ports]) => {
    const [key = '', value = ''] = label.split('=');
    return {
      name,
      images: words(images),
      labels: key === '' ? {} : { [key]: value },
      serviceNames: words(services),
      ports,
      needsLogin,
    };
  });
}

const NAME = 'app.kubernetes.io/name';

export const INTERFACES: readonly AdminInterface[] = [
  ...rows(false, [
    [
      'Prometheus',
      'prom/prometheus prometheus/prometheus',
      `${NAME}=prometheus`,
      'prometheus prometheus-server',
      [9090],
    ],
    ['Alertmanager', 'prom/alertmanager prometheus/alertmanager', `${NAME}=alertmanager`, 'alertmanager', [9093]],
    ['Weave Scope', 'weaveworks/scope', 'name=weave-scope-app', 'weave-scope-app', [4040]],
    ['the Longhorn UI', 'longhornio/longhorn-ui', 'app=longhorn-ui', 'longhorn-frontend', [8000, 80]],
    ['the Hubble UI', 'cilium/hubble-ui', 'k8s-app=hubble-ui', 'hubble-ui', [8081, 80]],
    ['the Ray head', 'rayproject/ray rayproject/ray-ml', 'ray.io/node-type=head', '', [8265, 10001]],
    ['Ollama', 'ollama/ollama', `${NAME}=ollama`, 'ollama', [11434]],
    ['vLLM', 'vllm/vllm-openai', '', '', [8000]],
    ['MLflow', 'mlflow/mlflow', `${NAME}=mlflow`, 'mlflow', [5000]],
    [
      'the Kubeflow dashboard',
      'kubeflow/centraldashboard kubeflownotebookswg/centraldashboard',
      'app=centraldashboard',
      'centraldashboard',
      [8082, 80],
    ],
    ['the Docker API', 'library/docker', '', '', [2375]],
  ]),
  ...rows(true, [
    ['NiFi', 'apache/nifi', `${NAME}=nifi`, 'nifi', [8080]],
    ['the Argo Workflows server', 'argoproj/argocli', 'app=argo-server', 'argo-server', [2746]],
    [
      'the Kubernetes Dashboard',
      'kubernetesui/dashboard kubernetesui/dashboard-web',
      'k8s-app=kubernetes-dashboard',
      'kubernetes-dashboard',
      [8443, 443, 9090],
    ],
    ['Argo CD', 'argoproj/argocd', `${NAME}=argocd-server`, 'argocd-server', [8080, 443]],
    ['Jenkins', 'jenkins/jenkins', `${NAME}=jenkins`, 'jenkins', [8080]],
    ['Grafana', 'grafana/grafana grafana/grafana-oss grafana/grafana-enterprise', `${NAME}=grafana`, 'grafana', [3000]],
    ['Kibana', 'kibana/kibana elastic/kibana', 'app=kibana', 'kibana', [5601]],
    [
      'Jupyter',
      'jupyter/base-notebook jupyter/minimal-notebook jupyter/scipy-notebook jupyter/datascience-notebook jupyterhub/k8s-hub',
      '',
      'hub proxy-public',
      [8888, 8000],
    ],
    ['Rancher', 'rancher/rancher', 'app=rancher', 'rancher', [443, 80]],
    ['etcd', 'etcd', '', '', [2379]],
  ]),
];

/** The interface that a port of a pod is, by image first, then label, then the name of the Service: names are easily faked. */
export function interfaceOn(pod: Pod, port: number, service: string): AdminInterface | undefined {
  const images = servingContainersOf(pod.spec).flatMap(({ image }) => image ?? []);
  const fits = INTERFACES.filter(({ ports }) => ports.includes(port));
  return (
    fits.find((row) => images.some((image) => isOneOf(image, row.images))) ??
    fits.find(({ labels }) => Object.entries(labels).some(([key, value]) => pod.metadata.labels[key] === value)) ??
    fits.find(({ serviceNames }) => serviceNames.includes(service))
  );
}
