//! What goes wrong with a plugin: when it is loaded, and when it is called.

use std::time::Duration;

use manifest::PreambleError;
use plugin_sdk::PluginError;

use crate::function::Function;

/// Why a file is not accepted as a plugin. Shown to authors and admins.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Larger than the configured maximum.
    #[error("the file has {size} bytes, more than the {limit} that are accepted")]
    TooLarge {
        /// Size of the file.
        size: usize,
        /// Largest accepted size.
        limit: usize,
    },
    /// Neither a WebAssembly module nor a component.
    #[error("this is no WebAssembly file: {0}")]
    NotWasm(String),
    /// No custom section `signalbox:manifest`.
    #[error("the file holds no manifest (custom section `signalbox:manifest`)")]
    ManifestMissing,
    /// Several manifests that differ.
    #[error("the file holds several manifests that differ")]
    ManifestAmbiguous,
    /// A manifest that cannot be honoured.
    #[error("the manifest is refused: {0}")]
    Manifest(#[from] manifest::ManifestError),
    /// A core module that does not become a component.
    #[error("the module cannot be made a component: {0}")]
    NotAComponent(String),
    /// WASI, which this host does not offer.
    #[error("it imports `{import}`: build for `wasm32-unknown-unknown`, WASI is not offered")]
    Wasi {
        /// The import.
        import: String,
    },
    /// An interface or function of a later plugin API.
    #[error("it imports `{import}` and so needs a host that offers plugin API {version} or later")]
    NeedsNewerHost {
        /// The import, with its function where only that is missing.
        import: String,
        /// The plugin API it was built for.
        version: String,
    },
    /// Something no version of the plugin API offers.
    #[error("it imports `{import}`, which is not part of the plugin API")]
    UnknownImport {
        /// The import.
        import: String,
    },
    /// An interface the manifest lists is not exported.
    #[error("the manifest lists the interface `{interface}`, but the file does not export it")]
    ExportMissing {
        /// The interface.
        interface: &'static str,
    },
    /// A function of an interface is not exported.
    #[error("the interface `{interface}` lacks the function `{function}`")]
    FunctionMissing {
        /// The interface.
        interface: &'static str,
        /// The function.
        function: Function,
    },
    /// Imports or exports with other types than the plugin API's.
    #[error("its imports or exports do not fit the plugin API: {0}")]
    Incompatible(String),
    /// Code that is invalid or beyond the limits.
    #[error("it cannot be compiled: {0}")]
    Compile(String),
}

impl From<PreambleError> for LoadError {
    fn from(error: PreambleError) -> Self {
        match error {
            PreambleError::NotWasm(error) => Self::NotWasm(error),
            PreambleError::ManifestMissing => Self::ManifestMissing,
            PreambleError::ManifestAmbiguous => Self::ManifestAmbiguous,
        }
    }
}

/// A call that brought no result.
#[derive(Debug, thiserror::Error)]
#[error("plugin {plugin}, {function}: {cause}")]
pub struct CallError {
    /// `id@version` of the plugin.
    pub plugin: String,
    /// What was called.
    pub function: Function,
    /// What went wrong.
    pub cause: Cause,
    /// Whether a request of this call may have reached a provider. If so, and the cause is not the
    /// plugin's own error, nobody knows what the provider did.
    pub request_sent: bool,
}

/// What went wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The plugin says so itself, with kind, code, retry time and remote status.
    #[error("{0}")]
    Plugin(PluginError),
    /// The manifest does not list the interface.
    #[error("the plugin does not do this")]
    Unsupported,
    /// The guest crashed: a panic, a bad memory access, a stack overflow.
    #[error("crashed: {0}")]
    Trap(String),
    /// The guest wanted more memory than allowed and did not survive the refusal.
    #[error("needed more than {limit} bytes of memory")]
    OutOfMemory {
        /// The limit in bytes.
        limit: usize,
    },
    /// The guest computed for too long.
    #[error("computed for more than {} ms", limit.as_millis())]
    CpuLimit {
        /// The limit.
        limit: Duration,
    },
    /// The call took too long, waiting included.
    #[error("took longer than {} ms", limit.as_millis())]
    WallLimit {
        /// The limit.
        limit: Duration,
    },
    /// The result is not JSON of the contract.
    #[error("returned bad output at `{pointer}`: {message}")]
    BadOutput {
        /// JSON pointer into the result.
        pointer: String,
        /// What the contract expects there, without what was found.
        message: String,
    },
    /// The result is larger than allowed.
    #[error("returned more than {limit} bytes")]
    OutputTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl Cause {
    /// Short stable name, as in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Plugin(_) => "error",
            Self::Unsupported => "unsupported",
            Self::Trap(_) => "trap",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::CpuLimit { .. } => "cpu_limit",
            Self::WallLimit { .. } => "wall_limit",
            Self::BadOutput { .. } | Self::OutputTooLarge { .. } => "bad_output",
        }
    }

    /// Whether the host had to stop the guest, or the guest broke.
    pub(crate) const fn is_containment(&self) -> bool {
        matches!(self, Self::Trap(_) | Self::OutOfMemory { .. } | Self::CpuLimit { .. } | Self::WallLimit { .. })
    }
}
