//! An order, and what its amounts and states follow from.

use super::{Address, Product, Variant};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// An order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) id: u64,
    /// 1001 for `#1001`.
    pub(crate) number: u64,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) customer: Option<u64>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// What the delivery costs.
    #[serde(default)]
    pub(crate) shipping: i64,
    pub(crate) lines: Vec<Line>,
    /// An order without one is still to be paid.
    pub(crate) payment: Option<Payment>,
    #[serde(default)]
    pub(crate) fulfillments: Vec<Fulfillment>,
    pub(crate) shipping_address: Option<Address>,
    #[serde(skip)]
    pub(crate) transactions: Vec<Transaction>,
    #[serde(skip)]
    pub(crate) refunds: Vec<Refund>,
    #[serde(skip)]
    pub(crate) cancelled: Option<Cancellation>,
}

/// One article of an order or a checkout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) id: u64,
    pub(crate) product: Option<u64>,
    pub(crate) variant: Option<u64>,
    pub(crate) quantity: u32,
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) variant_title: Option<String>,
    pub(crate) sku: Option<String>,
    /// Of one piece.
    #[serde(default)]
    pub(crate) price: i64,
}

/// The payment of the whole order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    pub(crate) id: u64,
    pub(crate) gateway: String,
}

/// Money that came or went.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) id: u64,
    /// `SALE` or `REFUND`.
    pub(crate) kind: &'static str,
    pub(crate) gateway: String,
    pub(crate) amount: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) parent: Option<u64>,
}

/// A parcel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fulfillment {
    pub(crate) id: u64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) company: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) lines: Vec<FulfilledLine>,
}

/// How much of a line is in a parcel.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfilledLine {
    pub(crate) line: u64,
    pub(crate) quantity: u32,
}

/// Articles taken back, money given back, or both.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) note: Option<String>,
    pub(crate) lines: Vec<RefundLine>,
    pub(crate) shipping: i64,
    /// Ids of the order's transactions.
    pub(crate) transactions: Vec<u64>,
}

/// How much of a line was taken back.
#[derive(Clone, Debug)]
pub(crate) struct RefundLine {
    pub(crate) id: u64,
    pub(crate) line: u64,
    pub(crate) quantity: u32,
    pub(crate) restock_type: String,
}

/// Why an order does not exist any more.
#[derive(Clone, Debug)]
pub(crate) struct Cancellation {
    pub(crate) at: DateTime<Utc>,
    /// `CUSTOMER`, …
    pub(crate) reason: String,
}

impl Line {
    /// Takes title and price from the variant, where the line does not say its own.
    pub(crate) fn settle(&mut self, product: &Product, variant: &Variant) {
        if self.title.is_empty() {
            self.title.clone_from(&product.title);
            self.price = variant.price;
            self.sku.get_or_insert_with(|| variant.sku.clone());
            // Shopify's name for the only variant of a product is not shown to anybody.
            if variant.title != "Default Title" {
                self.variant_title.get_or_insert_with(|| variant.title.clone());
            }
        }
    }

    pub(crate) fn total(&self) -> i64 {
        self.price * i64::from(self.quantity)
    }

    pub(crate) fn name(&self) -> String {
        match &self.variant_title {
            Some(variant) => format!("{} - {variant}", self.title),
            None => self.title.clone(),
        }
    }
}

impl Order {
    /// The payment of the order becomes its first transaction.
    pub(crate) fn settle(&mut self) {
        let Some(Payment { id, gateway }) = self.payment.clone() else { return };
        if self.transactions.is_empty() {
            let (amount, at) = (self.total(), self.created_at);
            self.transactions.push(Transaction { id, kind: "SALE", gateway, amount, at, parent: None });
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("#{}", self.number)
    }

    pub(crate) fn updated_at(&self) -> DateTime<Utc> {
        self.updated_at.unwrap_or(self.created_at)
    }

    pub(crate) fn line(&self, id: u64) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    pub(crate) fn transaction(&self, id: u64) -> Option<&Transaction> {
        self.transactions.iter().find(|transaction| transaction.id == id)
    }

    pub(crate) fn subtotal(&self) -> i64 {
        self.lines.iter().map(Line::total).sum()
    }

    pub(crate) fn total(&self) -> i64 {
        self.subtotal() + self.shipping
    }

    pub(crate) fn received(&self) -> i64 {
        self.transactions.iter().filter(|it| it.kind == "SALE").map(|it| it.amount).sum()
    }

    pub(crate) fn refunded(&self) -> i64 {
        self.transactions.iter().filter(|it| it.kind == "REFUND").map(|it| it.amount).sum()
    }

    /// The order's price without what was taken back.
    pub(crate) fn current_total(&self) -> i64 {
        let lines = self.lines.iter().map(|line| line.price * i64::from(self.current_quantity(line))).sum::<i64>();
        lines + self.shipping - self.refunds.iter().map(|refund| refund.shipping).sum::<i64>()
    }

    pub(crate) fn current_quantity(&self, line: &Line) -> u32 {
        line.quantity.saturating_sub(self.refunded_quantity(line.id))
    }

    pub(crate) fn refundable_shipping(&self) -> i64 {
        self.shipping - self.refunds.iter().map(|refund| refund.shipping).sum::<i64>()
    }

    /// What can still be given back of one payment.
    pub(crate) fn refundable_of(&self, payment: &Transaction) -> i64 {
        let back = self.transactions.iter().filter(|it| it.kind == "REFUND" && it.parent == Some(payment.id));
        payment.amount - back.map(|it| it.amount).sum::<i64>()
    }

    pub(crate) fn unfulfilled_quantity(&self, line: &Line) -> u32 {
        self.current_quantity(line).saturating_sub(self.fulfilled_quantity(line.id))
    }

    /// `OrderDisplayFinancialStatus`.
    pub(crate) fn financial_status(&self) -> &'static str {
        match (self.received(), self.refunded()) {
            (0, _) if self.cancelled.is_some() => "VOIDED",
            (0, _) => "PENDING",
            (_, 0) => "PAID",
            (received, refunded) if refunded >= received => "REFUNDED",
            _ => "PARTIALLY_REFUNDED",
        }
    }

    /// `OrderDisplayFulfillmentStatus`.
    pub(crate) fn fulfillment_status(&self) -> &'static str {
        let sent = |line: &Line| self.fulfilled_quantity(line.id);
        if self.lines.iter().all(|line| sent(line) == 0) {
            "UNFULFILLED"
        } else if self.lines.iter().all(|line| self.unfulfilled_quantity(line) == 0) {
            "FULFILLED"
        } else {
            "PARTIALLY_FULFILLED"
        }
    }

    fn refunded_quantity(&self, line: u64) -> u32 {
        let lines = self.refunds.iter().flat_map(|refund| &refund.lines);
        lines.filter(|it| it.line == line).map(|it| it.quantity).sum()
    }

    fn fulfilled_quantity(&self, line: u64) -> u32 {
        let lines = self.fulfillments.iter().flat_map(|parcel| &parcel.lines);
        lines.filter(|it| it.line == line).map(|it| it.quantity).sum()
    }
}

#[cfg(test)]
mod tests {
    use crate::shopify::records::{Records, Refund, RefundLine, Transaction};

    #[test]
    fn states_follow_from_money_and_parcels() {
        let records = Records::default();
        let state = |number: u64| {
            let order = records.orders.iter().find(|order| order.number == number).unwrap();
            (order.financial_status(), order.fulfillment_status())
        };
        assert_eq!(state(1001), ("PAID", "FULFILLED"));
        assert_eq!(state(1002), ("PAID", "UNFULFILLED"));
        assert_eq!(state(1003), ("PENDING", "UNFULFILLED"));
    }

    #[test]
    fn a_refund_lowers_what_is_left() {
        let mut order = Records::default().orders.remove(1);
        let (line, payment) = (order.lines[0].clone(), order.transactions[0].clone());
        assert_eq!((order.total(), order.refundable_of(&payment)), (21_880, 21_880));
        order.transactions.push(Transaction {
            id: 1,
            kind: "REFUND",
            gateway: payment.gateway.clone(),
            amount: line.price,
            at: order.created_at,
            parent: Some(payment.id),
        });
        order.refunds.push(Refund {
            id: 2,
            at: order.created_at,
            note: None,
            lines: vec![RefundLine { id: 3, line: line.id, quantity: 1, restock_type: "RETURN".to_owned() }],
            shipping: 0,
            transactions: vec![1],
        });
        assert_eq!(order.current_quantity(&line), 1);
        assert_eq!(order.current_total(), 21_880 - line.price);
        assert_eq!(order.refundable_of(&payment), 21_880 - line.price);
        assert_eq!(order.financial_status(), "PARTIALLY_REFUNDED");
    }
}
