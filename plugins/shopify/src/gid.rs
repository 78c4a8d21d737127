//! Shopify's global ids, `gid://shopify/Order/123`, and the digits people and webhooks use.

use plugin_sdk::PluginError;

/// The global id of what a caller names by digits or by the global id itself.
pub fn of(kind: &str, id: &str) -> Result<String, PluginError> {
    let digits = match id.strip_prefix("gid://shopify/") {
        Some(rest) => rest.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default(),
        None => id,
    };
    // Unsigned 64-bit numbers have at most 20 digits.
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PluginError::invalid_input(format!("this is no ID of Shopify's for {kind}: digits are expected")));
    }
    Ok(format!("gid://shopify/{kind}/{digits}"))
}

/// The digits of a global id.
pub fn digits(gid: &str) -> &str {
    let path = gid.split('?').next().unwrap_or(gid);
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{digits, of};

    #[test]
    fn ids_come_as_digits_and_as_global_ids() {
        for id in ["820982911946154508", "gid://shopify/Order/820982911946154508"] {
            assert_eq!(of("Order", id).unwrap(), "gid://shopify/Order/820982911946154508");
        }
        assert_eq!(digits("gid://shopify/Order/820982911946154508"), "820982911946154508");
        assert_eq!(digits("gid://shopify/InventoryLevel/12?inventory_item_id=3"), "12");
        for id in [
            "",
            "#1001",
            "12a",
            "-1",
            "gid://shopify/Customer/1",
            "gid://shopify/Order/",
            "1\" } evil",
            "123456789012345678901",
        ] {
            assert!(of("Order", id).is_err(), "{id}");
        }
    }
}
