//! Answers the fields of a valid document from the records of a shop.

use super::connection::{page, refused};
use super::search::{self, Term};
use super::{mutations, render, suggest};
use crate::recent::Recent;
use crate::shopify::Shop;
use crate::shopify::records::{Customer, Location, Order, Records};
use crate::shopify::topics::Change;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, Type};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::cell::{Ref, RefCell};
use std::cmp::Reverse;

/// One request, while it is answered.
pub(super) struct Call<'s> {
    pub(super) shop: &'s Shop,
    pub(super) records: RefCell<&'s mut Records>,
    /// Answers of mutations by idempotency key, with the arguments they were for.
    pub(super) settled: RefCell<&'s mut Recent<String, (Value, Value)>>,
    pub(super) now: DateTime<Utc>,
    pub(super) version: &'s str,
    pub(super) variables: &'s JsonMap,
    /// What webhooks are to report.
    pub(super) changes: RefCell<Vec<Change>>,
    /// What `extensions.search` is to say.
    pub(super) search: RefCell<Vec<Value>>,
}

/// An object of the answer.
pub(super) struct Object<'o, 's> {
    call: &'o Call<'s>,
    type_name: String,
    fields: Map<String, Value>,
}

impl<'o, 's> Object<'o, 's> {
    /// `QueryRoot` or `Mutation`.
    pub(super) fn root(call: &'o Call<'s>, type_name: &str) -> Self {
        Self { call, type_name: type_name.to_owned(), fields: Map::new() }
    }

    fn value(&self, info: &ResolveInfo<'_>) -> Result<Value, FieldError> {
        let (call, arguments) = (self.call, info.arguments());
        match (self.type_name.as_str(), info.field_name()) {
            ("QueryRoot", _) => call.query(info),
            ("Mutation", _) => mutations::run(call, info),
            ("Order", "customer") => {
                let records = call.records();
                let owner = records.order(self.id("Order")).and_then(|order| records.customer(order.customer?));
                Ok(owner.map(|it| render::customer(it, records.orders_of(it.id))).unwrap_or_default())
            }
            ("Order", "suggestedRefund") => {
                let records = call.records();
                records.order(self.id("Order")).map_or(Ok(Value::Null), |order| suggest::refund(order, arguments))
            }
            ("Customer", "orders") => {
                let orders = call.records().orders_of(self.id("Customer")).cloned().collect();
                Ok(call.orders(orders, info))
            }
            ("Customer", "lastOrder") => {
                let records = call.records();
                let last = records.orders_of(self.id("Customer")).max_by_key(|order| order.created_at);
                Ok(last.map(|order| render::order(order, call.shop)).unwrap_or_default())
            }
            ("LineItem", "product") => Ok(self.nested_id("product").map(|id| call.node(&id)).unwrap_or_default()),
            ("LineItem", "variant") => Ok(self.nested_id("variant").map(|id| call.node(&id)).unwrap_or_default()),
            (_, field) => Ok(self.fields.get(field).cloned().unwrap_or_default()),
        }
    }

    fn id(&self, kind: &str) -> u64 {
        let gid = self.fields.get("id").and_then(Value::as_str).unwrap_or_default();
        render::number(kind, gid).unwrap_or_default()
    }

    fn nested_id(&self, field: &str) -> Option<String> {
        Some(self.fields.get(field)?.get("id")?.as_str()?.to_owned())
    }
}

impl ObjectValue for Object<'_, '_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let mut value = self.value(info)?;
        let ty = &info.field_definition().ty;
        if let Value::Array(list) = &mut value {
            if ty.inner_named_type().ends_with("Connection") {
                value = page(std::mem::take(list), info.arguments())?;
            } else if let Some(first) = info.arguments().get("first").and_then(JsonValue::as_u64) {
                list.truncate(usize::try_from(first).unwrap_or(usize::MAX));
            }
        }
        Ok(self.call.resolved(value, ty, info))
    }
}

impl Call<'_> {
    pub(super) fn records(&self) -> Ref<'_, Records> {
        Ref::map(self.records.borrow(), |records| &**records)
    }

    fn resolved<'a>(&'a self, value: Value, ty: &Type, info: &ResolveInfo<'_>) -> ResolvedValue<'a> {
        let named = ty.inner_named_type();
        match value {
            Value::Array(list) => {
                ResolvedValue::list(list.into_iter().map(|item| self.resolved(item, ty, info)).collect::<Vec<_>>())
            }
            Value::Object(fields) if !matches!(info.schema().types.get(named), Some(ExtendedType::Scalar(_))) => {
                let own = fields.get("__typename").and_then(Value::as_str);
                let type_name = own.unwrap_or(named.as_str()).to_owned();
                ResolvedValue::object(Object { call: self, type_name, fields })
            }
            leaf => ResolvedValue::Leaf(leaf.into()),
        }
    }

    fn query(&self, info: &ResolveInfo<'_>) -> Result<Value, FieldError> {
        let id = || info.arguments().get("id").and_then(JsonValue::as_str).unwrap_or_default();
        let of_kind = |kind: &str| if render::number(kind, id()).is_some() { self.node(id()) } else { Value::Null };
        match info.field_name() {
            "shop" => Ok(render::shop(self.shop)),
            "currentAppInstallation" => Ok(render::installation(self.shop)),
            "node" => Ok(self.node(id())),
            "order" => Ok(of_kind("Order")),
            "customer" => Ok(of_kind("Customer")),
            "location" => Ok(of_kind("Location")),
            "product" => Ok(of_kind("Product")),
            "webhookSubscription" => Ok(of_kind("WebhookSubscription")),
            "orders" => Ok(self.orders(self.records().orders.clone(), info)),
            "customers" => Ok(self.customers(info)),
            "products" => Ok(self.products(info)),
            "locations" => Ok(self.locations(info)),
            "publicApiVersions" => Ok(render::versions()),
            "webhookSubscriptions" => Ok(self.subscriptions(info.arguments())),
            other => Err(refused(&format!("the simulator does not answer {other}"))),
        }
    }

    /// Any object by its global id.
    pub(super) fn node(&self, gid: &str) -> Value {
        let records = self.records();
        let number = |kind: &str| render::number(kind, gid);
        let found = number("Order").and_then(|id| Some(render::order(records.order(id)?, self.shop)));
        let found = found.or_else(|| {
            let customer = records.customer(number("Customer")?)?;
            Some(render::customer(customer, records.orders_of(customer.id)))
        });
        let found = found.or_else(|| {
            let id = number("Product")?;
            records.products.iter().find(|product| product.id == id).map(|it| render::product(it, self.shop))
        });
        let found = found.or_else(|| render::find_variant(&records.products, number("ProductVariant")?));
        let found = found.or_else(|| {
            let id = number("Location")?;
            records.locations.iter().find(|location| location.id == id).map(render::location)
        });
        let found = found.or_else(|| {
            let id = number("WebhookSubscription")?;
            records.subscriptions.iter().find(|subscription| subscription.id == id).map(render::subscription)
        });
        found.unwrap_or_default()
    }

    fn orders(&self, orders: Vec<Order>, info: &ResolveInfo<'_>) -> Value {
        let term = self.term(search::ORDER, info);
        let mut found: Vec<_> = orders.into_iter().filter(|order| term.matches(&search::order(order))).collect();
        match sort_key(info) {
            "UPDATED_AT" => found.sort_by_key(Order::updated_at),
            "ORDER_NUMBER" => found.sort_by_key(|order| order.number),
            "ID" => found.sort_by_key(|order| order.id),
            _ => found.sort_by_key(|order| order.created_at),
        }
        found.iter().map(|order| render::order(order, self.shop)).collect()
    }

    fn customers(&self, info: &ResolveInfo<'_>) -> Value {
        let term = self.term(search::CUSTOMER, info);
        let records = self.records();
        let matches = |it: &&Customer| term.matches(&search::customer(it, records.orders_of(it.id)));
        let mut found: Vec<_> = records.customers.iter().filter(matches).collect();
        match sort_key(info) {
            "NAME" => found.sort_by_key(|it| (it.last_name.clone(), it.first_name.clone())),
            "CREATED_AT" => found.sort_by_key(|it| it.created_at),
            "UPDATED_AT" => found.sort_by_key(|it| it.updated_at()),
            _ => found.sort_by_key(|it| it.id),
        }
        found.into_iter().map(|it| render::customer(it, records.orders_of(it.id))).collect()
    }

    fn products(&self, info: &ResolveInfo<'_>) -> Value {
        let term = self.term(search::PRODUCT, info);
        let records = self.records();
        let mut found: Vec<_> = records.products.iter().filter(|it| term.matches(&search::product(it))).collect();
        match sort_key(info) {
            "TITLE" => found.sort_by_key(|it| it.title.clone()),
            "CREATED_AT" => found.sort_by_key(|it| it.created_at),
            "UPDATED_AT" => found.sort_by_key(|it| it.updated_at()),
            // What has more of the words in its title comes first.
            "RELEVANCE" => found.sort_by_key(|it| (Reverse(term.words_in(&it.title)), it.id)),
            _ => found.sort_by_key(|it| it.id),
        }
        found.into_iter().map(|it| render::product(it, self.shop)).collect()
    }

    /// The active ones, unless all are asked for.
    fn locations(&self, info: &ResolveInfo<'_>) -> Value {
        let all = info.arguments().get("includeInactive").and_then(JsonValue::as_bool) == Some(true);
        let term = self.term(search::LOCATION, info);
        let records = self.records();
        let matches = |it: &&Location| (all || it.active) && term.matches(&search::location(it));
        let mut found: Vec<_> = records.locations.iter().filter(matches).collect();
        match sort_key(info) {
            "ID" => found.sort_by_key(|it| it.id),
            _ => found.sort_by_key(|it| it.name.clone()),
        }
        found.into_iter().map(render::location).collect()
    }

    fn subscriptions(&self, arguments: &JsonMap) -> Value {
        let topics = arguments.get("topics").and_then(JsonValue::as_array);
        let uri = arguments.get("uri").and_then(JsonValue::as_str);
        let records = self.records();
        let wanted = records.subscriptions.iter().filter(|it| {
            topics.is_none_or(|topics| topics.iter().any(|topic| topic.as_str() == Some(it.topic.as_str())))
                && uri.is_none_or(|uri| uri == it.uri)
        });
        wanted.map(render::subscription).collect()
    }

    /// The search of a field's `query` argument; what is dropped from it is reported.
    fn term(&self, searchable: &[&str], info: &ResolveInfo<'_>) -> Term {
        let query = info.arguments().get("query").and_then(JsonValue::as_str).unwrap_or_default();
        let (term, warnings) = Term::parse(query, searchable);
        if !warnings.is_empty() {
            let path = info.field_selections()[0].response_key().as_str();
            self.search.borrow_mut().push(json!({ "path": [path], "query": query, "warnings": warnings }));
        }
        term
    }
}

fn sort_key<'a>(info: &ResolveInfo<'a>) -> &'a str {
    info.arguments().get("sortKey").and_then(JsonValue::as_str).unwrap_or_default()
}
