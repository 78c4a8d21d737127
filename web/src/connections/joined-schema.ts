/**
 * One form for two schemas: what a connection is set up with, and what its own endpoint is. They stand in one form as
 * groups without names of their own, and part again when they are sent.
 */

import type { ProblemError } from "@/api";
import { effective, type FieldError, type JsonObject, type Schema } from "@/settings-form";

export interface Joined {
  schema: Schema;
  /** What is there already: the tenant's defaults and those of the schemas. */
  values: JsonObject;
  parts(change: JsonObject): { settings: JsonObject; endpoint_settings?: JsonObject };
  /** The errors of a refusal that is about fields of the form. */
  errors(error: ProblemError | undefined): FieldError[] | undefined;
}

interface Titles {
  settings: string;
  endpoint: string;
  endpointHint: string;
}

/** The endpoint's settings come second, and only where the connection gets an endpoint of its own. */
export function together(
  settings: Schema,
  endpoint: Schema,
  tenant: JsonObject,
  hasEndpoint: boolean,
  titles: Titles,
): Joined {
  const withEndpoint = hasEndpoint && Object.keys(endpoint.properties ?? {}).length > 0;
  const renamed = withOwnDefinitions(endpoint);
  const schema: Schema = {
    type: "object",
    required: ["settings", ...(withEndpoint ? ["endpoint_settings"] : [])],
    definitions: { ...settings.definitions, ...renamed.definitions },
    properties: {
      settings: { ...bare(settings), title: titles.settings, "x-order": 1 },
      ...(withEndpoint && {
        endpoint_settings: {
          ...bare(withFreeSecrets(renamed)),
          title: titles.endpoint,
          description: titles.endpointHint,
          "x-order": 2,
        },
      }),
    },
  };
  const values: JsonObject = { settings: effective(settings, {}, tenant) };
  if (withEndpoint) values.endpoint_settings = effective(endpoint, {}, {});
  return {
    schema,
    values,
    parts: (change) => ({
      settings: (change.settings as JsonObject | undefined) ?? {},
      ...(withEndpoint ? { endpoint_settings: (change.endpoint_settings as JsonObject | undefined) ?? {} } : {}),
    }),
    errors: (error) => {
      const errors = error?.problem.status === 422 ? (error.problem.errors ?? []) : [];
      const isAboutFields = errors.length > 0 && errors.every(({ pointer }) => /^\/(endpoint_)?settings/.test(pointer));
      return isAboutFields ? errors : undefined;
    },
  };
}

function bare({ definitions: _, $schema: __, ...schema }: Schema): Schema {
  return schema;
}

/** Tokens that we choose and tell the provider may be left out. Which ones these are, the server knows. */
function withFreeSecrets(schema: Schema): Schema {
  const isSecret = (name: string) => {
    const part = schema.properties?.[name];
    return typeof part === "object" && (part["x-secret"] === true || part.writeOnly === true);
  };
  return { ...schema, required: schema.required?.filter((name) => !isSecret(name)) };
}

/** Both schemas may have a definition of the same name. */
function withOwnDefinitions(schema: Schema): Schema {
  if (!schema.definitions) return schema;
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/definitions/', '"$ref":"#/definitions/endpoint_');
  const renamed: Schema = JSON.parse(text);
  const definitions = Object.entries(renamed.definitions ?? {}).map(([name, part]) => [`endpoint_${name}`, part]);
  return { ...renamed, definitions: Object.fromEntries(definitions) };
}
