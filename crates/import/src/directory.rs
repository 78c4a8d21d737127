//! What a tenant has that lines name: people, teams, brands, connections and fields.

use crate::Error;
use domain::{ConnectionId, TeamId, UserId};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::{
    attributes::{self, Definition},
    brands, connections, teams, users,
};

/// How many are read at once.
const PAGE: i64 = 500;

/// Read once: what is added to the tenant while an import runs is known to the next one.
pub(crate) struct Directory {
    users: HashMap<String, (UserId, bool)>,
    teams: HashMap<String, TeamId>,
    brands: HashSet<String>,
    /// By id and by name; a name that several have means none of them.
    connections: HashMap<String, Option<ConnectionId>>,
    pub attributes: Vec<Definition>,
}

impl Directory {
    /// Reads it. `names` are other names for connections, as the file has them.
    pub async fn read(conn: &mut PgConnection, names: &[(String, String)]) -> Result<Self, Error> {
        let mut directory = Self {
            users: all_users(conn).await?,
            teams: all_teams(conn).await?,
            brands: brands::list(conn).await?.into_iter().map(|brand| brand.key).collect(),
            connections: all_connections(conn).await?,
            attributes: attributes::list(conn, None).await?,
        };
        let meant: Vec<_> = names
            .iter()
            .map(|(name, meant)| match directory.connection(meant) {
                Some(id) => Ok((name.clone(), Some(id))),
                None => Err(Error::UnknownConnection(meant.clone())),
            })
            .collect::<Result<_, _>>()?;
        directory.connections.extend(meant);
        Ok(directory)
    }

    /// Who has an e-mail address, active or not.
    pub fn user(&self, email: &str) -> Option<UserId> {
        self.users.get(&email.trim().to_lowercase()).map(|(id, _)| *id)
    }

    /// Who has an e-mail address and can be given something.
    pub fn active_user(&self, email: &str) -> Option<UserId> {
        self.users.get(&email.trim().to_lowercase()).filter(|(_, active)| *active).map(|(id, _)| *id)
    }

    /// A team by its name, whatever its case.
    pub fn team(&self, name: &str) -> Option<TeamId> {
        self.teams.get(&name.trim().to_lowercase()).copied()
    }

    /// Whether there is such a brand.
    pub fn has_brand(&self, key: &str) -> bool {
        self.brands.contains(key)
    }

    /// A connection by its id, its name, or what the import was told.
    pub fn connection(&self, name: &str) -> Option<ConnectionId> {
        self.connections.get(name).copied().flatten()
    }
}

async fn all_users(conn: &mut PgConnection) -> Result<HashMap<String, (UserId, bool)>, Error> {
    let (mut all, mut after) = (HashMap::new(), None);
    loop {
        let page = users::list(conn, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.id);
        all.extend(page.into_iter().map(|user| (user.email.to_lowercase(), (user.id, user.active))));
    }
}

async fn all_teams(conn: &mut PgConnection) -> Result<HashMap<String, TeamId>, Error> {
    let (mut all, mut after) = (HashMap::new(), None);
    loop {
        let page = teams::list(conn, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.id);
        all.extend(page.into_iter().map(|team| (team.name.to_lowercase(), team.id)));
    }
}

async fn all_connections(conn: &mut PgConnection) -> Result<HashMap<String, Option<ConnectionId>>, Error> {
    let (mut all, mut after) = (HashMap::new(), None);
    loop {
        let page = connections::list(conn, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.id);
        for connection in page {
            all.insert(connection.id.to_string(), Some(connection.id));
            all.entry(connection.name).and_modify(|id| *id = None).or_insert(Some(connection.id));
        }
    }
}
