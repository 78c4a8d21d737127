/** The API as the person who is signed in: `await ok(api.GET("/api/v1/teams"))`. */

import { type Client, connect } from "signalbox-client";
import { session } from "./session";

export const api: Client = connect(location.origin, () => session.accessToken());
