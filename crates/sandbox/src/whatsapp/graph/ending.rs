//! How a send call ends: with an answer, a closed connection, or nothing for a while.

use crate::serve::drop_connection;
use crate::whatsapp::faults::AnswerFault;
use crate::whatsapp::graph_error::GraphError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub(super) enum Ending {
    Answer(Response),
    Drop,
    Hang(Duration),
}

impl Ending {
    /// How a send ends that this fault keeps from being accepted, with Meta's code if there is one.
    pub(super) fn refusing(fault: &AnswerFault) -> Option<(Self, Option<u32>)> {
        let ending = match fault {
            AnswerFault::Normal | AnswerFault::HangAfter { .. } | AnswerFault::DropAfter => {
                return None;
            }
            AnswerFault::RateLimited { retry_after } => {
                let error = GraphError::throughput(StatusCode::TOO_MANY_REQUESTS);
                let code = error.code;
                let mut response = error.into_response();
                if let Some(seconds) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
                }
                return Some((Self::Answer(response), Some(code)));
            }
            AnswerFault::ServerError => {
                return Some(Self::error(GraphError::something_went_wrong()));
            }
            AnswerFault::Error { status, code, title } => {
                return Some(Self::error(GraphError::numbered(status_code(*status), *code, title)));
            }
            AnswerFault::EmptyError { status } => Self::Answer(status_code(*status).into_response()),
            AnswerFault::HangBefore { seconds } => Self::Hang(Duration::from_secs(*seconds)),
            AnswerFault::DropBefore => Self::Drop,
        };
        Some((ending, None))
    }

    /// How an accepted send ends under this fault.
    pub(super) fn accepting(fault: &AnswerFault, answer: Response) -> Self {
        match fault {
            AnswerFault::HangAfter { seconds } => Self::Hang(Duration::from_secs(*seconds)),
            AnswerFault::DropAfter => Self::Drop,
            _ => Self::Answer(answer),
        }
    }

    pub(super) fn error(error: GraphError) -> (Self, Option<u32>) {
        let code = error.code;
        (Self::Answer(error.into_response()), Some(code))
    }

    /// The HTTP status that the caller sees, if any.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response) => Some(response.status().as_u16()),
            Self::Drop | Self::Hang(_) => None,
        }
    }

    /// Plays it out. A hanging call ends with a closed connection.
    pub(super) async fn play(self, stop: &CancellationToken) -> Response {
        match self {
            Self::Answer(response) => response,
            Self::Drop => drop_connection(),
            Self::Hang(bound) => {
                tokio::select! {
                    () = tokio::time::sleep(bound) => {}
                    () = stop.cancelled() => {}
                }
                drop_connection()
            }
        }
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
