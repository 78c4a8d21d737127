//! The fields of a contact that people fill in.

use crate::{
    problem::{Code, FieldProblem, Problem},
    users::check_name,
};
use domain::{CompanyId, ContactId, TenantId, handle};
use sqlx::PgConnection;
use store::{
    brands, companies,
    contacts::record::{self, Handles},
};

/// Texts as they are kept, or what is wrong with them.
#[derive(Debug, Default)]
pub struct Checked {
    problems: Vec<FieldProblem>,
}

impl Checked {
    /// A name, without the blanks around it.
    pub fn name(&mut self, name: &str) -> String {
        self.problems.extend(check_name("/name", name).err());
        name.trim().to_owned()
    }

    /// A number in E.164 form.
    pub fn phone(&mut self, phone: &str) -> String {
        self.or_problem(
            handle::phone(phone),
            "/phone",
            "phone",
            "must be a number with its country, such as +49151555123",
        )
    }

    /// An e-mail address in lower case.
    pub fn email(&mut self, email: &str) -> String {
        self.or_problem(handle::email(email), "/email", "email", "must be an email address of at most 255 characters")
    }

    /// The address of a picture.
    pub fn avatar_url(&mut self, url: &str) -> String {
        let fits = url.starts_with("https://") && url.len() <= 2_048 && !url.contains(char::is_whitespace);
        let what = "must be an address that begins with https:// and has at most 2048 characters";
        self.or_problem(fits.then(|| url.to_owned()), "/avatar_url", "url", what)
    }

    fn or_problem(&mut self, value: Option<String>, pointer: &str, code: &'static str, what: &str) -> String {
        value.unwrap_or_else(|| {
            self.problems.push(FieldProblem::new(pointer, code, what));
            String::new()
        })
    }

    /// Refuses them if something is wrong.
    pub fn end(self) -> Result<(), Problem> {
        if self.problems.is_empty() { Ok(()) } else { Err(Problem::invalid(self.problems)) }
    }
}

/// Refuses a brand or company that the tenant does not have.
pub async fn must_exist(
    conn: &mut PgConnection,
    brand: Option<&str>,
    company: Option<CompanyId>,
) -> Result<(), Problem> {
    if let Some(brand) = brand
        && !brands::exists(conn, brand).await?
    {
        return Err(Problem::field("/brand", "unknown_brand", "is not a brand of this tenant"));
    }
    if let Some(company) = company
        && !companies::exists(conn, company).await?
    {
        return Err(Problem::field("/company_id", "unknown_company", "is not a company of this tenant"));
    }
    Ok(())
}

/// Refuses a number or address that another contact of the brand has.
pub async fn must_be_free(
    conn: &mut PgConnection,
    tenant: TenantId,
    handles: Handles<'_>,
    except: Option<ContactId>,
) -> Result<(), Problem> {
    match record::holder(conn, tenant, handles, except).await? {
        Some(holder) => Err(Problem::new(Code::ContactExists).with("contact_id", holder.to_string())),
        None => Ok(()),
    }
}
