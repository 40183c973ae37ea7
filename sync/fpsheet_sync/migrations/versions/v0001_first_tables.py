"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of form version 1."""
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("indberetning_nummer")))

    op.create_table(
        "adgangslog",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tid", sa.DateTime(), nullable=False),
        sa.Column("bruger", sa.String(length=80), nullable=False),
        sa.Column("handling", sa.String(length=30), nullable=False),
        sa.Column("kommune_kode", sa.String(length=3), nullable=True),
        sa.Column("borger", sa.String(length=24), nullable=True),
        sa.Column("detaljer", sa.JSON(), nullable=False),
        sa.Column("forrige", sa.String(length=64), nullable=False),
        sa.Column("kaede", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adgangslog")),
    )
    op.create_index(op.f("ix_adgangslog_borger"), "adgangslog", ["borger"], unique=False)
    op.create_table(
        "afgoerelse",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("afgoerelse_dato", sa.Date(), nullable=True),
        sa.Column("afgoerelse", sa.Text(), nullable=True),
        sa.Column("niveau", sa.Text(), nullable=True),
        sa.Column("virkning_dato", sa.Date(), nullable=True),
        sa.Column("instans", sa.Text(), nullable=True),
        sa.Column("foreliggende_grundlag", sa.Text(), nullable=True),
        sa.Column("tilbagevisningsaarsag_1", sa.Text(), nullable=True),
        sa.Column("tilbagevisningsaarsag_2", sa.Text(), nullable=True),
        sa.Column("tilbagevisningsaarsag_3", sa.Text(), nullable=True),
        sa.Column("automatisk_hoejeste", sa.Text(), nullable=True),
        sa.Column("bortfald_aarsag", sa.Text(), nullable=True),
        sa.Column("side900_dato", sa.Date(), nullable=True),
        sa.Column("journal_nr", sa.Text(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_afgoerelse")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "besked",
        sa.Column("besked_id", sa.String(length=10), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("ark", sa.String(length=20), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("gruppe", sa.String(length=30), nullable=False),
        sa.Column(
            "beskeder", sa.JSON(), nullable=False, comment="what counts and what it replaced"
        ),
        sa.PrimaryKeyConstraint("besked_id", "fra_indberetning", name=op.f("pk_besked")),
    )
    op.create_index(op.f("ix_besked_kommune_kode"), "besked", ["kommune_kode"], unique=False)
    op.create_table(
        "borger",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("lokalitet", sa.Text(), nullable=True),
        sa.Column("ansoegning_dato", sa.Date(), nullable=True),
        sa.Column("pensionist_foer_reform", sa.Text(), nullable=True),
        sa.Column("sagsbehandler", sa.Text(), nullable=True),
        sa.Column("journal_nr", sa.Text(), nullable=True),
        sa.Column("tidligere_cpr", sa.String(length=24), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_borger")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_borger_tidligere_cpr"),
        "borger",
        ["tidligere_cpr"],
        unique=False,
        sqlite_where=sa.text("tidligere_cpr IS NOT NULL"),
        postgresql_where=sa.text("tidligere_cpr IS NOT NULL"),
    )
    op.create_table(
        "forklaring",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("kode", sa.String(length=10), nullable=False),
        sa.Column("ark", sa.String(length=20), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("indberetning_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "aftryk", sa.String(length=64), nullable=False, comment="of the values explained"
        ),
        sa.Column("tekst", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kommune_kode",
            "kode",
            "ark",
            "raekke_id",
            "fra_indberetning",
            name=op.f("pk_forklaring"),
        ),
    )
    op.create_table(
        "forloeb",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("forloeb_type", sa.Text(), nullable=True),
        sa.Column("start_dato", sa.Date(), nullable=True),
        sa.Column("slut_dato", sa.Date(), nullable=True),
        sa.Column("revalideringstiltag", sa.Text(), nullable=True),
        sa.Column("timer_pr_uge", sa.Double(), nullable=True),
        sa.Column("resultat", sa.Text(), nullable=True),
        sa.Column("indstilling", sa.Text(), nullable=True),
        sa.Column("motivation", sa.Text(), nullable=True),
        sa.Column("uden_for_cyklus", sa.Text(), nullable=True),
        sa.Column("journal_nr", sa.Text(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_forloeb")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identitet",
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("samlet", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("borger", "fra_indberetning", name=op.f("pk_identitet")),
    )
    op.create_table(
        "indberetning",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "art",
            sa.String(length=12),
            nullable=False,
            comment="see merge.commit.CommitKind",
        ),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("aar", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("workbook_id", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False, comment="as stamped in the file"),
        sa.Column(
            "afstamning", sa.Integer(), nullable=True, comment="the commit it was merged against"
        ),
        sa.Column("form_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "udfyldt", sa.Integer(), nullable=False, comment="filled cells; orders like moments"
        ),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("modified_at", sa.DateTime(), nullable=True),
        sa.Column("no_cases", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=16),
            nullable=False,
            comment="see merge.commit.Status",
        ),
        sa.Column(
            "raekker", sa.JSON(), nullable=False, comment="sheet → xml, read, blank, quarantined"
        ),
        sa.Column("fund", sa.JSON(), nullable=False, comment="severity → number of findings"),
        sa.Column("findings", sa.JSON(), nullable=False, comment="findings without values"),
        sa.Column("kolonner", sa.JSON(), nullable=False, comment="sheet → field → column letter"),
        sa.Column(
            "handling",
            sa.JSON(),
            nullable=True,
            comment="what a named person decided (release, resolution)",
        ),
        sa.Column("kvittering", sa.JSON(), nullable=True, comment="the receipt, as it was given"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indberetning")),
    )
    op.create_index(
        op.f("ix_indberetning_kommune_kode_id"),
        "indberetning",
        ["kommune_kode", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_indberetning_sha256"), "indberetning", ["sha256"], unique=True)
    op.create_table(
        "indhold",
        sa.Column("indberetning_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ark", sa.String(length=20), nullable=False),
        sa.Column(
            "data", sa.LargeBinary(), nullable=False, comment="rows of the file, Arrow IPC, no CPR"
        ),
        sa.Column(
            "linje",
            sa.LargeBinary(),
            nullable=True,
            comment="what its line of descent says, where that is more or less than its rows",
        ),
        sa.PrimaryKeyConstraint("indberetning_id", "ark", name=op.f("pk_indhold")),
    )
    op.create_table(
        "indkomst",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("indkomst_kilde", sa.Text(), nullable=True),
        sa.Column("fra_dato", sa.Date(), nullable=True),
        sa.Column("til_dato", sa.Date(), nullable=True),
        sa.Column("oplyst_af", sa.Text(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_indkomst")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=True),
        sa.Column("start_dato", sa.Date(), nullable=True),
        sa.Column("slut_dato", sa.Date(), nullable=True),
        sa.Column("timer_pr_uge", sa.Double(), nullable=True),
        sa.Column("branche", sa.Text(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_job")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "karantaene",
        sa.Column("indberetning_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ark", sa.String(length=20), nullable=False),
        sa.Column("raekke", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("borger", sa.String(length=24), nullable=True),
        sa.Column(
            "koder", sa.Text(), nullable=False, comment="JSON: codes of the findings of the row"
        ),
        sa.Column(
            "vaerdier", sa.Text(), nullable=False, comment="JSON: field → value as read, no CPR"
        ),
        sa.PrimaryKeyConstraint(
            "indberetning_id", "ark", "raekke", "fra_indberetning", name=op.f("pk_karantaene")
        ),
    )
    op.create_index(
        op.f("ix_karantaene_kommune_kode"), "karantaene", ["kommune_kode"], unique=False
    )
    op.create_table(
        "konflikt",
        sa.Column("konflikt_id", sa.String(length=10), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("ark", sa.String(length=20), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("gruppe", sa.String(length=30), nullable=False, comment="field group"),
        sa.Column(
            "gaeldende", sa.JSON(), nullable=False, comment="value in force: the last agreed one"
        ),
        sa.Column(
            "paastande", sa.JSON(), nullable=False, comment="[{indberetning, raekke, vaerdi}]"
        ),
        sa.PrimaryKeyConstraint("konflikt_id", "fra_indberetning", name=op.f("pk_konflikt")),
    )
    op.create_index(op.f("ix_konflikt_kommune_kode"), "konflikt", ["kommune_kode"], unique=False)
    op.create_table(
        "opsaetning",
        sa.Column("navn", sa.String(length=30), nullable=False),
        sa.Column("vaerdi", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("navn", name=op.f("pk_opsaetning")),
    )
    op.create_table(
        "original",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("noegle_id", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="encrypted bytes of the file"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_original")),
    )
    op.create_table(
        "overdragelse",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("til_kommune", sa.Text(), nullable=True),
        sa.Column("dato", sa.Date(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_overdragelse")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column(
            "koen", sa.String(length=1), nullable=True, comment="K or M, from the CPR number"
        ),
        sa.Column("foedselsdato", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("borger", name=op.f("pk_person")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "publikation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("titel", sa.Text(), nullable=False),
        sa.Column("omraade", sa.String(length=3), nullable=False, comment="empty: the country"),
        sa.Column("fra", sa.Date(), nullable=False),
        sa.Column("til", sa.Date(), nullable=False),
        sa.Column("til_og_med", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tilstand", sa.String(length=64), nullable=False),
        sa.Column("opgjort", sa.Date(), nullable=False),
        sa.Column("oprettet", sa.DateTime(), nullable=False),
        sa.Column("indstillinger", sa.JSON(), nullable=False),
        sa.Column("tabeller", sa.JSON(), nullable=False, comment="the published cells, frozen"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publikation")),
    )
    op.create_table(
        "sag",
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("borger", "kommune_kode", name=op.f("pk_sag")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tilbageholdelse",
        sa.Column("indberetning_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("mistet", sa.Integer(), nullable=False, comment="rows that the file lacks"),
        sa.Column("af", sa.Integer(), nullable=False, comment="rows that it should have had"),
        sa.PrimaryKeyConstraint(
            "indberetning_id", "fra_indberetning", name=op.f("pk_tilbageholdelse")
        ),
    )
    op.create_table(
        "vault",
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("noegle_id", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="encrypted CPR number"),
        sa.PrimaryKeyConstraint("borger", name=op.f("pk_vault")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vurdering",
        sa.Column("kommune_kode", sa.String(length=3), nullable=False),
        sa.Column("raekke_id", sa.String(length=40), nullable=False),
        sa.Column("fra_indberetning", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("til_indberetning", sa.Integer(), nullable=True),
        sa.Column(
            "kilde", sa.Integer(), nullable=False, comment="commit whose file holds the values"
        ),
        sa.Column("raekke", sa.Integer(), nullable=False, comment="Excel row in that file"),
        sa.Column(
            "kilder",
            sa.Text(),
            nullable=True,
            comment="JSON {field group: [commit, row]} where it differs",
        ),
        sa.Column("borger", sa.String(length=24), nullable=False),
        sa.Column("vurdering_dato", sa.Date(), nullable=True),
        sa.Column("arbejdsevne_pct", sa.Integer(), nullable=True),
        sa.Column("maks_timer_pr_uge", sa.Double(), nullable=True),
        sa.Column("annuller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "kommune_kode", "raekke_id", "fra_indberetning", name=op.f("pk_vurdering")
        ),
        sqlite_with_rowid=False,
    )
