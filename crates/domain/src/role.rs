//! Roles and what they may do.

use crate::{RoleId, conversation::named};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// The four built-in roles, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Configures everything and sees everything.
    Admin,
    /// Leads teams: sees their conversations, and says who works on them.
    Supervisor,
    /// Leads a team, with less to say about conversations that are over.
    TeamLead,
    /// Answers conversations.
    Agent,
}
named!(Role, "role", {
    Admin => "admin", Supervisor => "supervisor", TeamLead => "team_lead", Agent => "agent",
});

/// Something that a request needs to be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Create, invite, change and deactivate people, and give them roles.
    ManageUsers,
    /// Make roles.
    ManageRoles,
    /// Make teams, and say who is in them.
    ManageTeams,
    /// Make keys for machines, and take them back.
    ManageApiKeys,
    /// Read who changed what.
    ReadAudit,
    /// Configure brands, attributes, reasons and what else holds for the whole tenant.
    ManageSettings,
    /// Install plugins, where the operator lets admins do so.
    InstallPlugins,
    /// Configure connections and their secrets.
    ManageConnections,
    /// Configure automation rules.
    ManageRules,
    /// Read rules and their runs.
    ReadRules,
    /// Read raw deliveries and process them again.
    ReplayDeliveries,
    /// Look at the tenant's jobs; cancel, pause and replay them.
    OperateQueue,
    /// Bring in contacts and conversations from elsewhere.
    ImportData,
    /// See the conversations of every team.
    ReadAllConversations,
    /// See what others of the own teams work on.
    ReadTeamConversations,
    /// Answer, tag, take and move conversations.
    WorkConversations,
    /// Give conversations to others, and to other teams.
    AssignConversations,
    /// Make one conversation of two.
    MergeConversations,
    /// Delete conversations for good.
    DeleteConversations,
    /// Write down what was done well or badly in a conversation.
    ReviewConversations,
    /// Change contacts, companies and their attributes; block contacts.
    EditContacts,
    /// Make one contact of two.
    MergeContacts,
    /// Make tags.
    ManageTags,
    /// Make canned responses and macros for others.
    ManageReplies,
}
named!(Permission, "permission", {
    ManageUsers => "manage_users",
    ManageRoles => "manage_roles",
    ManageTeams => "manage_teams",
    ManageApiKeys => "manage_api_keys",
    ReadAudit => "read_audit",
    ManageSettings => "manage_settings",
    InstallPlugins => "install_plugins",
    ManageConnections => "manage_connections",
    ManageRules => "manage_rules",
    ReadRules => "read_rules",
    ReplayDeliveries => "replay_deliveries",
    OperateQueue => "operate_queue",
    ImportData => "import_data",
    ReadAllConversations => "read_all_conversations",
    ReadTeamConversations => "read_team_conversations",
    WorkConversations => "work_conversations",
    AssignConversations => "assign_conversations",
    MergeConversations => "merge_conversations",
    DeleteConversations => "delete_conversations",
    ReviewConversations => "review_conversations",
    EditContacts => "edit_contacts",
    MergeContacts => "merge_contacts",
    ManageTags => "manage_tags",
    ManageReplies => "manage_replies",
});

impl Permission {
    /// Whether changes that need it are written down in the audit log.
    pub const fn is_administrative(self) -> bool {
        matches!(
            self,
            Self::ManageUsers
                | Self::ManageRoles
                | Self::ManageTeams
                | Self::ManageApiKeys
                | Self::ManageSettings
                | Self::InstallPlugins
                | Self::ManageConnections
                | Self::ManageRules
                | Self::ReplayDeliveries
                | Self::OperateQueue
                | Self::ImportData
        )
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Nothing is allowed.
    pub const NONE: Self = Self(0);

    /// Whether it has this one.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether it has all that the other has.
    pub const fn includes(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// What both have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its permissions, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// The permissions of these names. A name that this version does not know allows nothing.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(|name| name.parse().ok()).collect()
    }
}

const fn bit(permission: Permission) -> u64 {
    1 << permission as u32
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | bit(permission)))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Role {
    /// What this role may do.
    pub fn permissions(self) -> Permissions {
        Permission::ALL.iter().copied().filter(|permission| self.may(*permission)).collect()
    }

    /// Whether this role has the permission.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::WorkConversations | P::EditContacts => true,
            P::ReadTeamConversations
            | P::AssignConversations
            | P::MergeConversations
            | P::ReviewConversations
            | P::MergeContacts
            | P::ManageReplies
            | P::ReadRules => matches!(self, Self::Admin | Self::Supervisor | Self::TeamLead),
            P::ManageTags => matches!(self, Self::Admin | Self::Supervisor),
            P::ManageUsers
            | P::ManageRoles
            | P::ManageTeams
            | P::ManageApiKeys
            | P::ReadAudit
            | P::ManageSettings
            | P::InstallPlugins
            | P::ManageConnections
            | P::ManageRules
            | P::ReplayDeliveries
            | P::OperateQueue
            | P::ImportData
            | P::ReadAllConversations
            | P::DeleteConversations => matches!(self, Self::Admin),
        }
    }
}

/// A person's role: a built-in one by its name, or one of the tenant's own by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoleKey {
    /// One of the four.
    BuiltIn(Role),
    /// One of the tenant's own.
    Custom(RoleId),
}

impl RoleKey {
    /// The built-in role, if it is one.
    pub const fn built_in(self) -> Option<Role> {
        match self {
            Self::BuiltIn(role) => Some(role),
            Self::Custom(_) => None,
        }
    }

    /// The tenant's own role, if it is one.
    pub const fn custom(self) -> Option<RoleId> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Custom(id) => Some(id),
        }
    }
}

impl From<Role> for RoleKey {
    fn from(role: Role) -> Self {
        Self::BuiltIn(role)
    }
}

impl fmt::Display for RoleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(role) => role.fmt(f),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

impl FromStr for RoleKey {
    type Err = UnknownRole;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let built_in = s.parse().map(Self::BuiltIn);
        built_in.or_else(|_| s.parse().map(Self::Custom)).map_err(|_| UnknownRole(s.to_owned()))
    }
}

impl Serialize for RoleKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoleKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for RoleKey {
    fn schema_name() -> Cow<'static, str> {
        "Role".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A built-in role, or the id of a role of the tenant's own.",
            "type": "string",
            "examples": Role::ALL,
        })
    }
}

/// Neither a built-in role nor an id.
#[derive(Debug, thiserror::Error)]
#[error("unknown role `{0}`: expected admin, supervisor, team_lead, agent or the id of a role of your own")]
pub struct UnknownRole(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_admins_configure() {
        for permission in
            [Permission::ManageUsers, Permission::ManageConnections, Permission::ManageRules, Permission::OperateQueue]
        {
            assert!(Role::Admin.may(permission));
            assert!(!Role::Supervisor.may(permission));
            assert!(!Role::Agent.may(permission));
        }
    }

    #[test]
    fn each_role_may_all_that_the_next_may() {
        for roles in Role::ALL.windows(2) {
            assert!(roles[0].permissions().includes(roles[1].permissions()), "{roles:?}");
        }
        assert_eq!(Role::Admin.permissions().iter().count(), Permission::ALL.len());
    }

    #[test]
    fn a_set_has_what_went_in() {
        let set = Permissions::from_names(["read_audit", "work_conversations", "of_a_later_version"]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Permission::ReadAudit, Permission::WorkConversations]);
        assert!(set.has(Permission::ReadAudit) && !set.has(Permission::ManageUsers));
        assert!(!Permissions::NONE.includes(set) && set.includes(Permissions::NONE));
    }

    #[test]
    fn a_role_is_known_by_its_name_or_its_id() {
        let id = RoleId::new();
        for key in [RoleKey::BuiltIn(Role::TeamLead), RoleKey::Custom(id)] {
            assert_eq!(key.to_string().parse::<RoleKey>().unwrap(), key);
        }
        assert!("boss".parse::<RoleKey>().is_err());
    }

    #[test]
    fn names_are_what_is_stored_and_what_is_shown() {
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
        }
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
