//! Who has to prove with a second factor that it is them.

use crate::{
    conversation::named,
    role::{Permission, Permissions},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whom a tenant asks for a second factor. Whoever has set one up is asked for it in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// Nobody.
    #[default]
    Off,
    /// Whoever may administer anything.
    Admins,
    /// Everybody.
    Everybody,
}
named!(Enforcement, "rule about second factors", { Off => "off", Admins => "admins", Everybody => "everybody" });

impl Enforcement {
    /// Whether somebody with these permissions needs a second factor.
    pub fn concerns(self, permissions: Permissions) -> bool {
        match self {
            Self::Off => false,
            Self::Admins => permissions.iter().any(Permission::is_administrative),
            Self::Everybody => true,
        }
    }
}

/// Wrong codes that are forgiven before somebody has to wait.
const FORGIVEN: u32 = 5;

/// How long nobody may try again after so many wrong codes in a row: a minute, and twice as long with each further one,
/// up to a day. Whoever knows the password gets some twenty tries on the first day, and one a day from then on, of which
/// three in a million are right.
pub fn wait_after(failures: u32) -> Option<Duration> {
    let beyond = failures.checked_sub(FORGIVEN)?;
    let minutes = 1_u64.checked_shl(beyond).unwrap_or(u64::MAX).min(24 * 60);
    Some(Duration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn admins_are_those_who_administer() {
        let concerned =
            |rule: Enforcement| Role::ALL.iter().filter(move |role| rule.concerns(role.permissions())).count();
        assert_eq!(Enforcement::ALL.iter().map(|rule| concerned(*rule)).collect::<Vec<_>>(), [0, 1, 4]);
    }

    #[test]
    fn each_wrong_code_beyond_a_few_costs_more() {
        assert_eq!(wait_after(4), None);
        assert_eq!(wait_after(5), Some(Duration::from_mins(1)));
        assert_eq!(wait_after(8), Some(Duration::from_mins(8)));
        assert_eq!(wait_after(500), Some(Duration::from_hours(24)));
    }
}
