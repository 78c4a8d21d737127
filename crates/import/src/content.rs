//! What messages say, in the words of the SDK, and what else is kept of them.

use crate::record::{Attachment, FileKind, Sender};
use plugin_sdk::{Content, OutboundContent, content::Media, outbound::MediaSource};
use serde_json::{Value, json};

/// What a message says, as it is stored.
pub(crate) struct Said {
    pub content_type: &'static str,
    pub content: Value,
    pub preview: String,
}

/// What somebody wrote to the tenant, or people of the tenant to each other.
pub(crate) fn received(text: &str, files: &[Attachment]) -> Said {
    let caption = some(text);
    let content = match files.first() {
        None => Content::Text { text: text.to_owned() },
        Some(file) => {
            let media = Media {
                link: Some(file.url.clone()),
                mime_type: file.mime_type.clone(),
                size: file.size,
                ..Media::default()
            };
            match file.kind {
                FileKind::Image => Content::Image { media, caption },
                FileKind::Video => Content::Video { media, caption },
                FileKind::Audio => Content::Audio { media, voice: false, caption },
                FileKind::Document => Content::Document { media, caption, filename: file.filename.clone() },
            }
        }
    };
    Said { content_type: content.type_name(), preview: content.preview(), content: json!(content) }
}

/// What the tenant wrote.
pub(crate) fn sent(text: &str, files: &[Attachment]) -> Said {
    let caption = some(text);
    let content = match files.first() {
        None => OutboundContent::Text { text: text.to_owned(), preview_url: false },
        Some(file) => {
            let source = MediaSource { link: Some(file.url.clone()), media_id: None };
            match file.kind {
                FileKind::Image => OutboundContent::Image { source, caption },
                FileKind::Video => OutboundContent::Video { source, caption },
                FileKind::Audio if caption.is_none() => OutboundContent::Audio { source },
                // No channel sends words with a sound.
                FileKind::Audio | FileKind::Document => {
                    OutboundContent::Document { source, caption, filename: file.filename.clone() }
                }
            }
        }
    };
    let preview = content.to_content().map(|content| content.preview()).unwrap_or_default();
    Said { content_type: content.type_name(), preview, content: json!(content) }
}

/// What the message does not say itself: where it comes from, who wrote it if nobody here did, and its other files.
pub(crate) fn metadata(source: &str, id: &str, author: Option<&Sender>, files: &[Attachment]) -> Value {
    let mut import = json!({ "source": source, "id": id });
    match author {
        Some(Sender::Agent { email, name }) => import["author"] = json!({ "email": email, "name": name }),
        Some(Sender::Bot { name: Some(name) }) => import["author"] = json!({ "name": name }),
        _ => {}
    }
    if let Some(others) = files.get(1..).filter(|others| !others.is_empty()) {
        import["attachments"] = json!(others);
    }
    json!({ "import": import })
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: FileKind) -> Attachment {
        let url = "https://files.example/1".to_owned();
        Attachment { url, kind, mime_type: None, filename: Some("a.pdf".to_owned()), size: None }
    }

    #[test]
    fn what_was_sent_reads_as_what_can_be_sent() {
        for (text, files) in [
            ("Hello", vec![]),
            ("", vec![file(FileKind::Image)]),
            ("With words", vec![file(FileKind::Video)]),
            ("", vec![file(FileKind::Audio)]),
            ("With words", vec![file(FileKind::Audio)]),
            ("", vec![file(FileKind::Document), file(FileKind::Image)]),
        ] {
            let said = sent(text, &files);
            let content: OutboundContent = serde_json::from_value(said.content).unwrap();
            assert_eq!(content.type_name(), said.content_type);
            let shown = content.to_content().unwrap();
            assert_eq!(shown.text().unwrap_or_default(), text);
            assert_eq!(shown.preview(), said.preview);
        }
    }

    #[test]
    fn the_first_file_is_shown_and_the_others_are_kept() {
        let files = [file(FileKind::Image), file(FileKind::Document)];
        assert_eq!(received("Look", &files).preview, "[image] Look");
        let metadata = metadata("old", "7", None, &files);
        assert_eq!(metadata["import"]["attachments"][0]["kind"], "document");
        assert_eq!(metadata["import"]["attachments"].as_array().map(Vec::len), Some(1));
    }
}
