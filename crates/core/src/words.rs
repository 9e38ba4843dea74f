//! Words: the text of each variant of a small enum, the same in the database, files and errors.

/// Gives each enum `word()`, `from_word()` and `Display`; one that is told whole, with its words, it makes.
macro_rules! words {
    ($(#[$of:meta])* pub enum $name:ident {
        $($(#[$says:meta])* $variant:ident = $word:literal,)*
    }) => {
        $(#[$of])*
        pub enum $name {
            $($(#[$says])* $variant),*
        }

        words! { $name { $($variant = $word),* } }
    };
    ($($name:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word for it in the database, in files and in tariffs.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The variant that is written `word`.
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    )*};
}
