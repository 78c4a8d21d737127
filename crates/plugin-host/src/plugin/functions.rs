//! Where the functions of a component are, and how one is called.

use std::collections::BTreeSet;

use wasmtime::component::{Component, ComponentExportIndex, ComponentNamedList, Lift, Lower};

use super::Plugin;
use super::run::{Ending, guest_context};
use crate::bindings::signalbox::plugin::types;
use crate::call::CallContext;
use crate::config::Limits;
use crate::error::{CallError, Cause, LoadError};
use crate::function::Function;
use crate::output;

/// The functions that the manifest lists the interfaces of.
pub(super) struct Functions([Option<ComponentExportIndex>; Function::ALL.len()]);

impl Functions {
    /// Looks them up; `implements` says what the manifest lists.
    pub fn find(component: &Component, implements: impl Fn(Function) -> bool) -> Result<Self, LoadError> {
        let mut found = Self(Default::default());
        for function in Function::ALL.into_iter().filter(|function| implements(*function)) {
            found.0[function as usize] = Some(find(component, function)?);
        }
        Ok(found)
    }

    /// What the manifest lists and the component does not export, each interface and function once.
    pub fn missing(component: &Component, implements: impl Fn(Function) -> bool) -> Vec<LoadError> {
        let mut missing = Vec::new();
        let mut absent = BTreeSet::new();
        for function in Function::ALL.into_iter().filter(|function| implements(*function)) {
            match find(component, function) {
                Err(LoadError::ExportMissing { interface }) if !absent.insert(interface) => {}
                Err(error) => missing.push(error),
                Ok(_) => {}
            }
        }
        missing
    }

    fn get(&self, function: Function) -> Option<&ComponentExportIndex> {
        self.0[function as usize].as_ref()
    }
}

fn find(component: &Component, function: Function) -> Result<ComponentExportIndex, LoadError> {
    let interface = function.interface().as_str();
    let instance = component
        .get_export_index(None, format!("signalbox:plugin/{interface}@1.0.0").as_str())
        .ok_or(LoadError::ExportMissing { interface })?;
    component
        .get_export_index(Some(&instance), function.as_str())
        .ok_or(LoadError::FunctionMissing { interface, function })
}

/// The answer of a function that gives a `T` or an error.
type Answer<T> = (Result<T, types::Error>,);

impl Plugin {
    /// Calls a function in an instance of its own. `params` makes its parameters of the context,
    /// `decode` reads its answer.
    pub(super) async fn call<'a, P, T, R>(
        &'a self,
        function: Function,
        ctx: &'a CallContext,
        params: impl FnOnce(types::CallContext) -> P + Send,
        decode: impl FnOnce(T, &Limits) -> Result<R, Cause>,
    ) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        T: Lift + Send + Sync + 'static,
    {
        let Some(index) = self.functions.get(function) else {
            return Err(self.unsupported(function));
        };
        let mut call = self.begin(function, ctx).await;
        let ending: (Ending<T>, _) = self
            .bounded(function, ctx, async {
                let instance = self.instance.instantiate_async(&mut call.store).await?;
                let guest = instance.get_typed_func::<P, Answer<T>>(&mut call.store, index)?;
                let (answer,) = guest.call_async(&mut call.store, params(guest_context(ctx))).await?;
                Ok(answer)
            })
            .await;
        call.finish(ending, decode)
    }

    /// The same for a function that answers with JSON.
    pub(super) async fn call_json<P, R>(
        &self,
        function: Function,
        ctx: &CallContext,
        params: impl FnOnce(types::CallContext) -> P + Send,
    ) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: serde::de::DeserializeOwned,
    {
        self.call(function, ctx, params, |json: String, limits| output::decode(&json, limits.output)).await
    }
}
