"""Clients: their accounts, targets, budgets, taxes and shops."""

from fbads_pipeline.adapters.clients.tax_rates_file import NAME, read_tax_rates
from fbads_pipeline.adapters.encryption import Cipher
from fbads_pipeline.adapters.orders.mappings import read_mapping
from fbads_pipeline.adapters.postgres.clients.benchmark import PostgresBenchmark
from fbads_pipeline.adapters.postgres.clients.campaign_targets import StoredCampaignTargets
from fbads_pipeline.adapters.postgres.clients.clients import PostgresClients
from fbads_pipeline.adapters.postgres.clients.grants import PostgresClientGrants
from fbads_pipeline.adapters.postgres.clients.months import PostgresBudgetAlerts, PostgresMonths
from fbads_pipeline.adapters.postgres.clients.naming import PostgresNaming
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.adapters.postgres.orders.orders import PostgresOrders
from fbads_pipeline.adapters.postgres.orders.sales import SalesReader
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.domain.clients.tax import TaxTable
from fbads_pipeline.domain.orders.mapping import OrderMapping
from fbads_pipeline.services.clients.announce_budgets import BudgetAlerts
from fbads_pipeline.services.clients.read_budgets import BudgetService
from fbads_pipeline.settings import Settings


def target_store(database: Database) -> PostgresTargets:
    """The targets by which campaigns are assessed."""
    return PostgresTargets(database.owner)


def campaign_targets(settings: Settings, database: Database) -> StoredCampaignTargets:
    """What each campaign is assessed by, for one run."""
    return StoredCampaignTargets(database.owner, settings)


def tax_table(settings: Settings) -> TaxTable:
    """The dated rates per country: FBADS_TAX_RATES, else the home's file, else the packaged one."""
    in_home = settings.home_path / NAME
    return read_tax_rates(settings.tax_rates or (in_home if in_home.is_file() else None))


def client_store(settings: Settings, database: Database) -> PostgresClients:
    """Clients with their accounts, contact, branding, budgets and history."""
    return PostgresClients(database.owner, tax_table(settings))


def client_grants(database: Database) -> PostgresClientGrants:
    """Which user sees the accounts of which client."""
    return PostgresClientGrants(database.owner)


def naming_store(database: Database) -> PostgresNaming:
    """How clients name campaigns and tag links."""
    return PostgresNaming(database.owner)


def tax_store(settings: Settings, database: Database) -> PostgresTaxes:
    """The tax of each account and day."""
    return PostgresTaxes(database.owner, tax_table(settings))


def budget_service(settings: Settings, database: Database) -> BudgetService:
    """The month's budgets of all clients."""
    table = tax_table(settings)
    engine = database.owner
    return BudgetService(PostgresClients(engine, table), PostgresMonths(engine), PostgresTaxes(engine, table))


def budget_alerts(settings: Settings, database: Database) -> BudgetAlerts:
    """Alerts of budgets that the month will burst or miss."""
    return BudgetAlerts(budget_service(settings, database), PostgresBudgetAlerts(database.owner))


def benchmark_reader(database: Database) -> PostgresBenchmark:
    """Figures of all accounts, for percentiles that name none."""
    return PostgresBenchmark(database.owner)


def order_store(settings: Settings, database: Database) -> PostgresOrders:
    """Sources with their secrets, orders and refunds."""
    return PostgresOrders(database.owner, Cipher(settings.encryption_keys))


def sales_reader(database: Database) -> SalesReader:
    """Real sales beside Meta's, as the analyst reads them."""
    return SalesReader(database.analyst)


def order_mapping(settings: Settings, name: str) -> OrderMapping:
    """The mapping of that name, of the home or packaged."""
    return read_mapping(name, settings.home_path)
