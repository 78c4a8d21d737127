/** Somebody who writes to the tenant from a telephone, and buys in its shop. */

import type { Product } from "./product";

/** The number and the shop that the product connects at its first start. */
const NUMBER = "106540352242922";
const SHOP = "playground.myshopify.com";
const A_LAMP = "9060000000002000003";

let customers = 0;

export class Customer {
  /** In digits, nobody else's in this product. */
  readonly phone = `49151${Date.now().toString().slice(-7)}${customers++}`.slice(0, 13);

  constructor(
    private readonly product: Product,
    readonly name: string,
  ) {}

  /** Writes through the channel; the provider calls the webhook before this is over. */
  async write(body: string): Promise<void> {
    await this.product.simulate("inbound", {
      number: NUMBER,
      customer: { phone: this.phone, name: this.name },
      message: { type: "text", body },
    });
  }

  /** Buys a lamp. */
  async buy(): Promise<void> {
    const customer = JSON.stringify({ first_name: this.name, phone: `+${this.phone}` });
    // The id has more digits than a number of JavaScript keeps.
    const order = `{ "customer": ${customer}, "lines": [{ "variant": ${A_LAMP}, "quantity": 1 }] }`;
    await this.product.simulate(`shopify/shops/${SHOP}/orders`, order);
  }
}
