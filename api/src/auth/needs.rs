//! What a request needs to be allowed to do.

use domain::role::Permission;

/// What a request needs. The description of its operation says the same, as a scope of `access_token`: a test asks every
/// operation with every role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// This permission.
    Permission(Permission),
    /// None: it is for everybody who is signed in.
    SignedIn,
    /// None, and it is open to those who have to set up a second factor first: it is how they do so, and what tells them.
    Oneself,
}

impl From<Permission> for Needs {
    fn from(permission: Permission) -> Self {
        Self::Permission(permission)
    }
}
