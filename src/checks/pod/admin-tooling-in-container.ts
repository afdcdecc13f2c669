import { containersOf, named, type ContainerSlot } from '#facts/containers.ts';
import { ifKnown, type Examples, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { servicesSelectingPod } from '#relations/services.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aDeployment, aPod, aService } from '../samples.ts';

/** Where SSH servers listen: as root, and as anybody else. */
function isOfSsh(port: number | string | undefined, protocol = 'TCP'): boolean {
  return (port === 22 || port === 2222) && protocol === 'TCP';
}

export const adminToolingInContainer = definePodCheck({
  id: 'KP-POD-029',
  name: 'admin-tooling-in-container',
  title: 'SSH server or sudo inside the container',
  severity: 'low',
  why: 'An SSH server is a way in that the API server neither checks nor logs, with keys of its own; sudo gives back the root rights that the container was started without.',
  fix: 'Use `kubectl exec` or `kubectl debug`, which RBAC and the audit log cover, instead of SSH; run as the user that is needed rather than through sudo.',
  refs: ['OWASP2022:K01', 'OWASP2025:K01', 'NSA:N3', 'MITRE:T1021.004', 'MITRE:T1548.003'],
  aspects: {
    ssh: 'a container starts an SSH server, declares its port, or a Service leads there',
    sudo: 'the command line of a container uses sudo',
  },
  inputs: { services: ifKnown(servicesSelectingPod) },

  *evaluate({ spec }, { services = [] }) {
    for (const slot of containersOf(spec)) yield* usedIn(slot);
    for (const service of services) yield* leadingToSsh(service);
  },

  examples,
});

function* usedIn(slot: ContainerSlot): Iterable<Problem> {
  const { container, at } = slot;
  for (const [index, { containerPort, protocol }] of (container.ports ?? []).entries()) {
    if (!isOfSsh(containerPort, protocol)) continue;
    const message = `${named(slot)} declares port ${String(containerPort)}, of an SSH server`;
    yield { at: `${at}.ports[${String(index)}].containerPort`, aspect: 'ssh', message };
  }
  if (container.tools?.includes('ssh') === true)
    yield { at: `${at}.command`, aspect: 'ssh', message: `${named(slot)} starts an SSH server` };
  if (container.tools?.includes('sudo') === true)
    yield { at: `${at}.command`, aspect: 'sudo', message: `${named(slot)} runs something through sudo` };
}

function* leadingToSsh(service: ObjectOf<'Service'>): Iterable<Problem> {
  for (const { port, targetPort = port, protocol } of service.spec?.ports ?? []) {
    if (!isOfSsh(targetPort, protocol)) continue;
    const message = `Service ${service.metadata.name} leads to port ${String(targetPort)} of the pod, of an SSH server`;
    yield { at: 'metadata.labels', aspect: 'ssh', message, because: [refOf(service)] };
  }
}

function running(...command: readonly string[]): ReturnType<typeof aPod> {
  return aPod({ container: aContainer({ command }) });
}

function examples(): Examples {
  return {
    bad: [
      {
        name: 'a declared port',
        subject: aDeployment({ container: aContainer({ ports: [{ containerPort: 80 }, { containerPort: 2222 }] }) }),
        finds: [{ at: 'spec.template.spec.containers[0].ports[1].containerPort', aspect: 'ssh' }],
      },
      {
        name: 'a server that is started',
        subject: running('sh', '-c', 'ssh-keygen -A && exec /usr/sbin/sshd -D'),
        finds: [{ at: 'spec.containers[0].command', aspect: 'ssh' }],
      },
      {
        name: 'sudo',
        subject: running('sh', '-c', 'sudo -E ./serve'),
        finds: [{ at: 'spec.containers[0].command', aspect: 'sudo' }],
      },
      {
        name: 'a Service that leads there',
        subject: aPod(),
        world: [aService({ ports: [{ port: 22 }] })],
        finds: [{ at: 'metadata.labels', aspect: 'ssh' }],
      },
    ],
    good: [
      { name: 'other ports', subject: aPod({ container: aContainer({ ports: [{ containerPort: 22222 }] }) }) },
      {
        name: 'UDP is no SSH',
        subject: aPod({ container: aContainer({ ports: [{ containerPort: 22, protocol: 'UDP' }] }) }),
      },
      { name: 'a program that only reads its files', subject: running('cat', '/etc/ssh/sshd_config') },
      {
        name: 'port 22 of a Service, another one of the pod',
        subject: aPod(),
        world: [aService({ ports: [{ port: 22, targetPort: 8080 }] })],
      },
      {
        name: 'a Service for other pods',
        subject: aPod(),
        world: [aService({ selector: { app: 'git' }, ports: [{ port: 22 }] })],
      },
    ],
  };
}
