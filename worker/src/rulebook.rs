//! Rules, compiled once per version.

use domain::RuleId;
use rules::Rule;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use store::rules::question::ActiveRule;

/// More than any installation has enabled; reached only when rules are rewritten again and again.
const MOST: usize = 10_000;

/// Compiled rules by id and version.
#[derive(Default)]
pub struct Rulebook {
    compiled: RwLock<HashMap<RuleId, (i64, Arc<Rule>)>>,
}

impl Rulebook {
    /// The rule, compiled; what is wrong with it if it was stored by a version that understood it differently.
    pub fn compile(&self, rule: &ActiveRule) -> Result<Arc<Rule>, String> {
        if let Some(known) = self.known(rule) {
            return Ok(known);
        }
        let compiled = Rule::parse(&rule.definition)
            .map(Arc::new)
            .map_err(|problems| problems.iter().map(|problem| format!("{problem:?}")).collect::<Vec<_>>().join("; "))?;
        let mut book = self.compiled.write().unwrap_or_else(PoisonError::into_inner);
        if book.len() >= MOST {
            book.clear();
        }
        book.insert(rule.id, (rule.version, Arc::clone(&compiled)));
        Ok(compiled)
    }

    fn known(&self, rule: &ActiveRule) -> Option<Arc<Rule>> {
        let book = self.compiled.read().unwrap_or_else(PoisonError::into_inner);
        book.get(&rule.id).filter(|(version, _)| *version == rule.version).map(|(_, compiled)| Arc::clone(compiled))
    }
}
