import type { Pod } from '#model/objects.ts';
import type { Parameters } from '#model/parameters.ts';
import { fitsAny } from '#model/pattern.ts';
import type { Container } from '#model/pod.ts';
import { baseName, commandsOf } from './command.ts';
import { containersOf, type ContainerSlot } from './containers.ts';

export const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'] as const;
export type Component = (typeof COMPONENTS)[number];

/** A running component of the control plane and the flags that it was started with. */
export interface Instance {
  readonly component: Component;
  readonly slot: ContainerSlot;
  /** Words after the program; undefined when nothing says how it was started. */
  readonly flags: readonly string[] | undefined;
}

/** The words of a pod's control-plane container, or nothing. The namespace binds every way of recognition: an API server elsewhere is that of another cluster. */
export function instanceOf(pod: Pod, component: Component, parameters: Parameters): Instance | undefined {
  if (!isControlPlanePlace(pod, parameters)) return undefined;
  for (const slot of containersOf(pod.spec)) {
    const started = startedBy(slot.container, pod.metadata.labels);
    if (started?.component === component) return { component, slot, flags: started.flags };
  }
  return undefined;
}

/** A namespace of the control plane; a file that states no namespace counts too, since static pod files often state none. */
function isControlPlanePlace(pod: Pod, parameters: Parameters): boolean {
  return pod.statesNoNamespace === true || fitsAny(pod.metadata.namespace, parameters.controlPlaneNamespaces);
}

interface Started {
  readonly component: Component;
  readonly flags: readonly string[] | undefined;
}

/** Which component a container starts. The command decides; label and image count only where there is no command. */
export function startedBy(container: Container, labels: Readonly<Record<string, string>>): Started | undefined {
  const { command = [], args } = container;
  if (command.length > 0) return startedByWords([...command, ...(args ?? [])]);
  const component =
    componentNamed(labels['component']) ?? componentNamed(labels['k8s-app']) ?? ofImage(container.image ?? '');
  return component === undefined ? undefined : { component, flags: args };
}

function componentNamed(word: string | undefined): Component | undefined {
  return COMPONENTS.find((component) => component === word);
}

function ofImage(image: string): Component | undefined {
  const last = image.split('@')[0]?.split('/').at(-1)?.split(':')[0];
  return componentNamed(last);
}

function startedByWords(words: readonly string[]): Started | undefined {
  return commandsOf(words)
    .map(startedByCommand)
    .find((started) => started !== undefined);
}

function startedByCommand([program = '', ...rest]: readonly string[]): Started | undefined {
  const name = baseName(program);
  if (name === 'hyperkube') {
    const component = componentNamed(rest[0]);
    return component === undefined ? undefined : { component, flags: rest.slice(1) };
  }
  const component = componentNamed(name);
  return component === undefined ? undefined : { component, flags: rest };
}

/**
 * The value of a scalar flag: forms `--f=v`, `--f v` and bare `--f` (the word `true`); the last one wins; an empty value counts as not set.
 */
export function flagOf(words: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  words.forEach((word, index) => {
    const [flag, assigned] = cut(word);
    if (flag !== name) return;
    const next = words[index + 1];
    value = assigned ?? (next === undefined || next.startsWith('-') ? 'true' : next);
  });
  return value === '' ? undefined : value;
}

/** The words of a flag that takes a list: what is given more than once adds up, parts are cut at commas. */
export function listOf(words: readonly string[], name: string): readonly string[] {
  return words.flatMap((word, index) => {
    const [flag, assigned] = cut(word);
    return flag === name ? (assigned ?? words[index + 1] ?? '').split(',').filter((part) => part !== '') : [];
  });
}

function cut(word: string): readonly [string, string | undefined] {
  const equals = word.indexOf('=');
  const flag = word.replace(/^--?/, '').slice(0, equals < 0 ? undefined : equals - (word.startsWith('--') ? 2 : 1));
  return [word.startsWith('-') ? flag : '', equals < 0 ? undefined : word.slice(equals + 1)];
}

/** Whether an API server takes requests without credentials; undefined where a file of its node may limit them to named paths. */
export function acceptsAnonymous(flags: readonly string[]): boolean | undefined {
  const value = flagOf(flags, 'anonymous-auth');
  if (value !== undefined) return value !== 'false';
  return flagOf(flags, 'authentication-config') === undefined ? true : undefined;
}

/**
 * Whether one of the API servers among these pods runs without an admission plugin that is on by default (`--disable-admission-plugins`);
 * undefined where none is in sight, or how one was started is not.
 */
export function runsWithout(plugin: string, pods: readonly Pod[], parameters: Parameters): boolean | undefined {
  const servers = pods.flatMap((pod) => instanceOf(pod, 'kube-apiserver', parameters) ?? []);
  if (servers.some(({ flags = [] }) => listOf(flags, 'disable-admission-plugins').includes(plugin))) return true;
  return servers.length > 0 && servers.every(({ flags }) => flags !== undefined) ? false : undefined;
}

/**
 * Whether all of the API servers among these pods run an admission plugin that is off by default (`--enable-admission-plugins`); undefined where none
 * is in sight, or how one was started is not.
 */
export function runsWith(plugin: string, pods: readonly Pod[], parameters: Parameters): boolean | undefined {
  const servers = pods.flatMap((pod) => instanceOf(pod, 'kube-apiserver', parameters) ?? []);
  const runs = servers.map(({ flags }) => flags && listOf(flags, 'enable-admission-plugins').includes(plugin));
  if (runs.includes(false)) return false;
  return runs.length === 0 || runs.includes(undefined) ? undefined : true;
}
