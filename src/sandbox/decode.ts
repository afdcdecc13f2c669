import { isRecord, own, textAt, without, type Raw } from './json.ts';
import { unrecognized } from './body.ts';
import { conform, materialise, type Findings } from './conform.ts';
import { defaultNative } from './defaults.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { badRequest, invalid } from './status.ts';
import { fillDefaults, pruneUnknown } from './structural.ts';
import type { Intent } from './world.ts';

function checkCustomType(body: Raw, resource: Resource): void {
  const missing = textAt(body, 'kind') === '' ? 'Kind' : 'apiVersion';
  if (textAt(body, 'apiVersion') === '' || missing === 'Kind') {
    const text = JSON.stringify(body);
    throw unrecognized(resource.kind, `Object '${missing}' is missing in '${text}'`, text);
  }
  const kind = textAt(body, 'kind');
  if (kind === resource.kind) return;
  const message = `Invalid value: ${JSON.stringify(kind)}: must be ${resource.kind}`;
  const name = textAt(body, 'metadata', 'name');
  throw invalid({ group: resource.group, kind, name }, [{ reason: 'FieldValueInvalid', message, field: 'kind' }]);
}

function checkNativeType(body: Raw, { kind, group, version }: Resource): void {
  const given = textAt(body, 'kind') || kind;
  const [givenGroup, givenVersion] = splitVersion(textAt(body, 'apiVersion') || apiVersionOf({ group, version }));
  const start = `${given} in version ${JSON.stringify(givenVersion)} cannot be handled as a ${kind}`;
  if (givenGroup !== group || givenVersion !== version)
    throw badRequest(
      `${start}: no kind "${given}" is registered for version "${textAt(body, 'apiVersion')}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  if (given !== kind)
    throw badRequest(
      `${start}: converting (${version}.${given}) to (${group === '' ? 'core' : group}.${kind}): unknown conversion`,
    );
}

const splitVersion = (apiVersion: string): readonly [group: string, version: string] => {
  const slash = apiVersion.indexOf('/');
  return [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
};

function checkType(body: Raw, resource: Resource): Raw {
  const apiVersion = apiVersionOf(resource);
  if (resource.custom === undefined) checkNativeType(body, resource);
  else {
    checkCustomType(body, resource);
    const given = textAt(body, 'apiVersion');
    if (given !== apiVersion)
      throw badRequest(
        `the API version in the data (${given}) does not match the expected API version (${apiVersion})`,
      );
  }
  return { kind: resource.kind, apiVersion, ...without(body, 'apiVersion', 'kind') };
}

function report(unknown: readonly string[], intent: Intent): void {
  if (intent.validation === 'Ignore') return;
  const complaints = unknown.toSorted().map((path) => `unknown field "${path}"`);
  if (complaints.length === 0) return;
  if (intent.validation === 'Warn')
    complaints.forEach((complaint) => {
      intent.warn(complaint);
    });
  else {
    const { kind, version } = intent.resource;
    throw badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${complaints.join(', ')}`,
    );
  }
}

function decodeNative(object: Raw, intent: Intent): Raw {
  const { kind, version, schema } = intent.resource;
  const findings: Findings = { unknown: [] };
  const fitted = conform(object, schema, { struct: kind, path: '' }, findings);
  if (findings.mismatch !== undefined)
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${findings.mismatch}`);
  report(findings.unknown, intent);
  return finishNative(fitted as Raw, intent.resource);
}

/** A native object with everything that decoding adds to it. */
export function finishNative(object: Raw, resource: Resource): Raw {
  return defaultNative(resource.kind, materialise(object, resource.schema) as Raw);
}

function decodeCustom(object: Raw, intent: Intent): Raw {
  const schema = own(own(intent.resource.custom?.version, 'schema'), 'openAPIV3Schema');
  if (!isRecord(schema)) return object;
  const unknown: string[] = [];
  const keepAll =
    intent.resource.custom !== undefined &&
    own(own(intent.resource.custom.crd, 'spec'), 'preserveUnknownFields') === true;
  const pruned = keepAll ? object : pruneUnknown(object, schema, '', unknown);
  report(unknown, intent);
  return fillDefaults(pruned, schema) as Raw;
}

/** The body of a write as the object that the server goes on with: of the right kind, pruned, with defaults. */
export function decodeBody(body: Raw, intent: Intent): Raw {
  const typed = checkType(body, intent.resource);
  const metadata = own(typed, 'metadata');
  if (metadata !== undefined && metadata !== null && !isRecord(metadata))
    throw badRequest(
      `${intent.resource.kind} in version "${intent.resource.version}" cannot be handled as a ${intent.resource.kind}: json: cannot unmarshal ${typeof metadata} into Go struct field ObjectMeta.metadata of type v1.ObjectMeta`,
    );
  const object: Raw = { ...typed, metadata: isRecord(metadata) ? metadata : {} };
  return intent.resource.custom === undefined ? decodeNative(object, intent) : decodeCustom(object, intent);
}
