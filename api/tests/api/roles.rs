//! Roles of a tenant's own, and what nobody can give.

use crate::app::{App, PASSWORD};
use domain::role::{Permission, Role};
use serde_json::{Value, json};

#[tokio::test]
async fn built_in_and_own_roles_are_one_list() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let role = json!({ "name": " Auditor ", "description": "Reads", "permissions": ["read_audit", "read_rules"] });
    let made = admin.post("/api/v1/roles", &role).await.ok();
    assert_eq!((&made["name"], &made["built_in"]), (&json!("Auditor"), &json!(false)));
    assert_eq!(made["permissions"], json!(["read_audit", "read_rules"]));
    let listed = admin.get("/api/v1/roles").await.ok();
    let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|role| role["id"].clone()).collect();
    assert_eq!(names, [json!("admin"), json!("supervisor"), json!("team_lead"), json!("agent"), made["id"].clone()]);
    assert_eq!(listed["items"][0]["permissions"].as_array().unwrap().len(), Permission::ALL.len());

    let again = json!({ "name": "AUDITOR", "permissions": [] });
    assert_eq!(admin.post("/api/v1/roles", &again).await.problem(409), "name_taken");
    let unknown = json!({ "name": "X", "permissions": ["rule_the_world"] });
    let answer = admin.post("/api/v1/roles", &unknown).await;
    assert_eq!(answer.problem(422), "invalid");
    assert_eq!(answer.body["errors"][0]["pointer"], "/permissions/0");
}

#[tokio::test]
async fn what_a_role_allows_counts_at_once_for_everybody_who_has_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let role = json!({ "name": "Auditor", "permissions": ["read_audit"] });
    let role = admin.post("/api/v1/roles", &role).await.ok();
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    let person = app.colleague_as(&admin, "auditor", &role["id"]).await;
    assert_eq!(person.get("/api/v1/auth/me").await.ok()["user"]["role"], role["id"]);
    person.get("/api/v1/audit-log").await.ok();
    assert_eq!(person.get("/api/v1/rules").await.problem(403), "forbidden");
    assert_eq!(person.get("/api/v1/conversations").await.problem(403), "forbidden");

    let etag = admin.get(&path).await.etag();
    admin.patch(&path, &etag, &json!({ "permissions": ["read_rules"] })).await.ok();
    person.get("/api/v1/rules").await.ok();
    assert_eq!(person.get("/api/v1/audit-log").await.problem(403), "forbidden");
    assert_eq!(admin.patch(&path, &etag, &json!({ "name": "Other" })).await.problem(412), "precondition_failed");
}

#[tokio::test]
async fn a_role_that_somebody_has_stays() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let role = admin.post("/api/v1/roles", &json!({ "name": "Auditor", "permissions": ["read_audit"] })).await.ok();
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    let person = app.colleague_as(&admin, "auditor", &role["id"]).await;
    let etag = admin.get(&path).await.etag();
    assert_eq!(admin.delete_over(&path, &etag).await.problem(409), "in_use");
    let user = format!("/api/v1/users/{}", person.id);
    let user_etag = admin.get(&user).await.etag();
    admin.patch(&user, &user_etag, &json!({ "role": "agent" })).await.ok();
    let invitation = json!({ "email": "new@acme.example", "role": role["id"] });
    let invitation = admin.post("/api/v1/invitations", &invitation).await.ok();
    assert_eq!(admin.delete_over(&path, &etag).await.problem(409), "in_use");
    admin.delete(&format!("/api/v1/invitations/{}", invitation["id"].as_str().unwrap())).await;
    assert_eq!(admin.delete_over(&path, &etag).await.status, 204);
    for built_in in ["admin", "agent"] {
        let path = format!("/api/v1/roles/{built_in}");
        let etag = admin.get(&path).await.etag();
        assert_eq!(admin.delete_over(&path, &etag).await.problem(409), "built_in");
        assert_eq!(admin.patch(&path, &etag, &json!({ "permissions": [] })).await.problem(409), "built_in");
    }
}

/// Somebody who may manage people, but not rules.
async fn manager(app: &App) -> (crate::app::Person, crate::app::Person) {
    let admin = app.tenant("acme").await;
    let permissions: Vec<Permission> =
        Role::Agent.permissions().iter().chain([Permission::ManageUsers, Permission::ManageRoles]).collect();
    let role = admin.post("/api/v1/roles", &json!({ "name": "Manager", "permissions": permissions })).await.ok();
    let manager = app.colleague_as(&admin, "manager", &role["id"]).await;
    (admin, manager)
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_have() {
    let app = App::start().await;
    let (admin, manager) = manager(&app).await;
    let user = |role: Value| json!({ "email": "x@acme.example", "name": "X", "role": role, "password": PASSWORD });
    assert_eq!(manager.post("/api/v1/users", &user(json!("admin"))).await.problem(403), "beyond_your_own");
    let invitation = json!({ "email": "y@acme.example", "role": "supervisor" });
    assert_eq!(manager.post("/api/v1/invitations", &invitation).await.problem(403), "beyond_your_own");
    let role = json!({ "name": "Mine", "permissions": ["manage_rules"] });
    assert_eq!(manager.post("/api/v1/roles", &role).await.problem(403), "beyond_your_own");
    manager.post("/api/v1/users", &user(json!("agent"))).await.ok();

    // A role that allows more is not for them to change, not even to less.
    let role = json!({ "name": "Rules", "permissions": ["manage_rules"] });
    let role = admin.post("/api/v1/roles", &role).await.ok();
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    let etag = manager.get(&path).await.etag();
    assert_eq!(manager.patch(&path, &etag, &json!({ "permissions": [] })).await.problem(403), "beyond_your_own");
    assert_eq!(manager.delete_over(&path, &etag).await.problem(403), "beyond_your_own");
}

#[tokio::test]
async fn nobody_acts_on_the_account_of_somebody_who_may_do_more() {
    let app = App::start().await;
    let (admin, manager) = manager(&app).await;
    let path = format!("/api/v1/users/{}", admin.id);
    let etag = manager.get(&path).await.etag();
    for change in [json!({ "active": false }), json!({ "role": "agent" }), json!({ "name": "Taken over" })] {
        assert_eq!(manager.patch(&path, &etag, &change).await.problem(403), "beyond_your_own");
    }
    let password = json!({ "new_password": "chosen by the manager" });
    assert_eq!(manager.put(&format!("{path}/password"), &password).await.problem(403), "beyond_your_own");
    assert_eq!(manager.post(&format!("{path}/password-reset"), &json!({})).await.problem(403), "beyond_your_own");
    for suffix in ["second-factor", "sessions"] {
        assert_eq!(manager.delete(&format!("{path}/{suffix}")).await.problem(403), "beyond_your_own");
    }
    admin.get("/api/v1/auth/me").await.ok();

    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    assert_eq!(manager.put(&format!("/api/v1/users/{}/password", agent.id), &password).await.status, 204);
}

#[tokio::test]
async fn somebody_who_administers_remains_whatever_is_changed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let all: Vec<Permission> = Permission::ALL.to_vec();
    let role = admin.post("/api/v1/roles", &json!({ "name": "Owner", "permissions": all })).await.ok();
    let owner = app.colleague_as(&admin, "owner", &role["id"]).await;
    // The owner's role administers: the admin may go.
    let path = format!("/api/v1/users/{}", admin.id);
    let etag = owner.get(&path).await.etag();
    owner.patch(&path, &etag, &json!({ "role": "agent" })).await.ok();
    // And now neither the owner nor their role may lose it.
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    let etag = owner.get(&path).await.etag();
    let less = json!({ "permissions": ["manage_users", "read_audit"] });
    assert_eq!(owner.patch(&path, &etag, &less).await.problem(409), "last_admin");
    let path = format!("/api/v1/users/{}", owner.id);
    let etag = owner.get(&path).await.etag();
    assert_eq!(owner.patch(&path, &etag, &json!({ "active": false })).await.problem(409), "last_admin");
}

#[tokio::test]
async fn of_two_admins_who_take_each_others_role_one_remains() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let second = app.colleague(&admin, "second", Role::Admin).await;
    let (of_admin, of_second) = (format!("/api/v1/users/{}", admin.id), format!("/api/v1/users/{}", second.id));
    let (etag_a, etag_b) = (admin.get(&of_admin).await.etag(), admin.get(&of_second).await.etag());
    let agent = json!({ "role": "agent" });
    let (a, b) = tokio::join!(admin.patch(&of_second, &etag_b, &agent), second.patch(&of_admin, &etag_a, &agent));
    let done = [&a, &b].into_iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(done, 1, "{a:?} {b:?}");
}
