const PREFIX = 'container.apparmor.security.beta.kubernetes.io/';

interface Annotated {
  /** The key of the annotation. */
  readonly key: string;
  readonly container: string;
  readonly profile: string;
}

/** The AppArmor profiles that annotations give to containers, as before there was a field. The API server copies them into the fields of pods. */
export function appArmorAnnotations(annotations: Readonly<Record<string, string>>): readonly Annotated[] {
  return Object.entries(annotations)
    .filter(([key, profile]) => key.startsWith(PREFIX) && profile !== '')
    .map(([key, profile]) => ({ key, container: key.slice(PREFIX.length), profile }));
}
