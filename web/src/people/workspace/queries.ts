import { queryOptions } from "@tanstack/react-query";
import { api, type components, idempotencyKey, ok, queryClient, tagged } from "@/api";

export { attributesQuery, brandsQuery, tagsQuery } from "@/api";

type Schemas = components["schemas"];
export type Tag = Schemas["Tag"];
export type Attribute = Schemas["Attribute"];
export type Brand = Schemas["Brand"];
export type Canned = Schemas["CannedResponse"];
export type Macro = Schemas["Macro"];
export type MacroAction = Schemas["MacroAction"];
export type SharedWith = Schemas["SharedWith"];

export const settingsQuery = queryOptions({
  queryKey: ["settings", "tagged"],
  queryFn: ({ signal }) => tagged(api.GET("/api/v1/settings", { signal })),
});

export const cannedQuery = queryOptions({
  queryKey: ["canned-responses", "all"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/canned-responses", { signal })),
});

export const cannedOneQuery = (id: string) =>
  queryOptions({
    queryKey: ["canned-responses", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/canned-responses/{id}", { signal, params: { path: { id } } })),
  });

export const macrosQuery = queryOptions({
  queryKey: ["macros", "all"],
  queryFn: ({ signal }) => ok(api.GET("/api/v1/macros", { signal })),
});

export const macroQuery = (id: string) =>
  queryOptions({
    queryKey: ["macros", "one", id],
    queryFn: ({ signal }) => tagged(api.GET("/api/v1/macros/{id}", { signal, params: { path: { id } } })),
  });

const once = () => ({ header: { "Idempotency-Key": idempotencyKey() } });

export const change = {
  settings: (tag: string, body: Schemas["PutSettings"]) =>
    ok(api.PUT("/api/v1/settings", { body, params: { header: { "If-Match": tag } } })),
  putTag: (name: string, body: Schemas["PutTag"]) =>
    ok(api.PUT("/api/v1/tags/{name}", { body, params: { path: { name } } })),
  deleteTag: (name: string) => ok(api.DELETE("/api/v1/tags/{name}", { params: { path: { name } } })),
  putAttribute: (owner: Attribute["owner"], key: string, body: Schemas["PutAttribute"]) =>
    ok(api.PUT("/api/v1/attributes/{owner}/{key}", { body, params: { path: { owner, key } } })),
  deleteAttribute: (owner: Attribute["owner"], key: string) =>
    ok(api.DELETE("/api/v1/attributes/{owner}/{key}", { params: { path: { owner, key } } })),
  putBrand: (key: string, name: string) =>
    ok(api.PUT("/api/v1/brands/{key}", { body: { name }, params: { path: { key } } })),
  deleteBrand: (key: string) => ok(api.DELETE("/api/v1/brands/{key}", { params: { path: { key } } })),
  createCanned: (body: Schemas["CreateCanned"]) => ok(api.POST("/api/v1/canned-responses", { body, params: once() })),
  updateCanned: (id: string, tag: string, body: Schemas["UpdateCanned"]) =>
    ok(api.PATCH("/api/v1/canned-responses/{id}", { body, params: { path: { id }, header: { "If-Match": tag } } })),
  deleteCanned: (id: string) => ok(api.DELETE("/api/v1/canned-responses/{id}", { params: { path: { id } } })),
  createMacro: (body: Schemas["CreateMacro"]) => ok(api.POST("/api/v1/macros", { body, params: once() })),
  updateMacro: (id: string, tag: string, body: Schemas["UpdateMacro"]) =>
    ok(api.PATCH("/api/v1/macros/{id}", { body, params: { path: { id }, header: { "If-Match": tag } } })),
  deleteMacro: (id: string) => ok(api.DELETE("/api/v1/macros/{id}", { params: { path: { id } } })),
};

export const refresh = (key: "settings" | "tags" | "attributes" | "brands" | "canned-responses" | "macros") =>
  queryClient.invalidateQueries({ queryKey: [key] });
