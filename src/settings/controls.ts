import type { Declaration } from '#model/declaration.ts';
import type { Field } from './field.ts';

/** A check by id or name, or one of its aspects; or a recommendation of CIS. */
export const CONTROL =
  '^((KP-[A-Z]+-[0-9]{3}|[a-z][a-z0-9]*(-[a-z0-9]+)+)(/[a-z][A-Za-z]*)?|(CIS:)?[1-5](\\.[1-9][0-9]?){1,2})$';
export const MOMENT = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$';

/** What somebody states of a control that cannot be seen. */
export interface DeclaredControl {
  readonly status: Declaration['status'];
  readonly reason: string;
  /** RFC 3339. */
  readonly expires?: string;
}
export type Controls = Readonly<Record<string, DeclaredControl>>;

export const declaredControls: Field<Controls> = {
  says:
    'What you know of controls that cannot be seen, as those of a managed control plane: by check (`KP-API-001`), aspect (`KP-NET-017/none`) or recommendation of ' +
    'CIS 1.12 (`1.2.1`), each with `status` (`pass`, `fail` or `notApplicable`), `reason` and, if it is not for good, `expires`. It counts only where the check would be ' +
    '`unknown`: what is found stays found. One that has ended is told of: where it is unknown again, in the log, and by an Event (`DeclarationEnded`). Of a check that several recommendations rest on, `fail` of one is enough, anything else takes them all.',
  fallback: {},
  schema: {
    type: 'object',
    propertyNames: { title: 'control', pattern: CONTROL },
    maxProperties: 1000,
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      required: ['status', 'reason'],
      properties: {
        status: { enum: ['pass', 'fail', 'notApplicable'] },
        reason: { type: 'string', minLength: 1, maxLength: 500 },
        expires: { type: 'string', pattern: MOMENT },
      },
    },
  },
};
