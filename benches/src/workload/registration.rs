//! How the relying party is registered, and the code that it is sent.

pub const ISSUER: &str = "https://login.example/realms/datacenter";
pub const CLIENT_ID: &str = "pve";
pub const SECRET: &str = "Yk2vJ8mQ4tZ0cN7xW1sL5dR9bH3gF6pa";
pub const REDIRECT_URI: &str = "https://pve.example:8006";
pub const CODE: &str =
    "e3a5c1f7-5d0b-4f0e-9c52-6a7b1d2c3e4f.0b8d7f66-8c1a-4a55-b6f8-7f2f6f3d9f10.93a4a1a2-4c7e";
