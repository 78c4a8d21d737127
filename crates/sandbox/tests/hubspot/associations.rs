//! Associations of objects that exist.

use crate::world::{JOSE, MAREN, World};
use serde_json::{Value, json};

const DEAL: &str = "31500010001";

#[tokio::test]
async fn objects_are_associated_by_default_or_by_type_and_parted() {
    let world = World::start().await;
    for (objects, batches) in
        [("/crm/v4/objects", "/crm/v4/associations"), ("/crm/objects/2026-03", "/crm/associations/2026-03")]
    {
        let default = format!("{objects}/contacts/{MAREN}/associations/default/deals/{DEAL}");
        let made = world.put(&default, Value::Null).await;
        assert_eq!((made.status, &made.json["status"]), (200, &json!("COMPLETE")), "{default}: {}", made.json);
        assert_eq!(made.json["results"][0]["associationSpec"]["associationTypeId"], 4);

        let list = format!("{objects}/contacts/{MAREN}/associations/deals");
        let listed = world.get(&list).await.json;
        let ids = |list: &Value| -> Vec<u64> {
            list["results"].as_array().unwrap().iter().map(|it| it["toObjectId"].as_u64().unwrap()).collect()
        };
        assert_eq!(ids(&listed), [31_500_010_001, 31_500_010_002]);
        assert_eq!(listed["results"][0]["associationTypes"][0]["typeId"], 4);
        let back = world.get(&format!("{objects}/deals/{DEAL}/associations/contacts")).await.json;
        assert!(ids(&back).contains(&MAREN.parse().unwrap()));

        let batch = json!({ "inputs": [{ "id": MAREN }, { "id": "1" }] });
        let batch = world.post(&format!("{batches}/contacts/deals/batch/read"), batch).await;
        assert_eq!((batch.status, &batch.json["results"][0]["from"]["id"]), (207, &json!(MAREN)));
        assert_eq!(batch.json["results"][0]["to"].as_array().unwrap().len(), 2);

        let pair = format!("{list}/{DEAL}");
        assert_eq!(world.delete(&pair).await.status, 204);
        assert_eq!(ids(&world.get(&list).await.json), [31_500_010_002]);
        let types = json!([{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4 }]);
        assert_eq!(world.put(&pair, types).await.status, 201);
        assert_eq!(world.delete(&pair).await.status, 204);
    }
}

#[tokio::test]
async fn what_cannot_be_associated_is_refused() {
    let world = World::start().await;
    let path = |rest: &str| format!("/crm/v4/objects/contacts/{JOSE}/associations/{rest}");
    assert_eq!(world.put(&path("default/deals/1"), Value::Null).await.error(), (404, "OBJECT_NOT_FOUND"));
    assert_eq!(world.put(&path("default/lamps/1"), Value::Null).await.error(), (400, "VALIDATION_ERROR"));
    for types in [
        json!([]),
        json!([{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3 }]),
        json!([{ "associationCategory": "USER_DEFINED", "associationTypeId": 4 }]),
        json!({}),
    ] {
        assert_eq!(world.put(&path(&format!("deals/{DEAL}")), types.clone()).await.status, 400, "{types}");
    }
}
