"""What most teams would write first: FastAPI, SQLAlchemy (async, asyncpg), one SELECT and one INSERT in a transaction.

It gets the gate's requests. To be generous it does not check the code at all; it looks up a colour and stores a visit.
"""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import BigInteger, DateTime, SmallInteger, select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PERSONS = 5_000
engine = create_async_engine(
    os.environ["BENCH_SQLALCHEMY_URL"],
    pool_size=20,
    max_overflow=0,
    connect_args={"host": os.environ["BENCH_SOCKET"]},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """Tables of the baseline."""


class Colour(Base):
    """A person's colour."""

    __tablename__ = "baseline_colour"
    person: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    colour: Mapped[int] = mapped_column(SmallInteger)


class Visit(Base):
    """A visit, with the same columns that count."""

    __tablename__ = "baseline_visit"
    visit: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    checkpoint: Mapped[int] = mapped_column(BigInteger, index=True)
    temperature: Mapped[int | None] = mapped_column(SmallInteger)
    verdict: Mapped[int] = mapped_column(SmallInteger)


class Scan(BaseModel):
    """The gate's request."""

    code: str
    checkpoint: int
    direction: str
    nonce: UUID
    temperature: float | None = None


async def prepare() -> None:
    """Make and fill the tables."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(
            text("insert into baseline_colour select i, 1 from generate_series(0, :n) i on conflict do nothing"),
            {"n": PERSONS},
        )
    await engine.dispose()


@app.post("/g/v1/verify")
async def verify(scan: Scan) -> dict[str, Any]:
    """SELECT the colour, INSERT the visit, answer."""
    person = sum(scan.code[8:24].encode()) % PERSONS
    async with sessions() as session, session.begin():
        colour = await session.scalar(select(Colour.colour).where(Colour.person == person))
        visit = Visit(
            visit=uuid4(),
            person=person,
            at=datetime.now(UTC),
            checkpoint=scan.checkpoint,
            temperature=None if scan.temperature is None else round(scan.temperature * 10),
            verdict=1 if colour == 1 else 2,
        )
        session.add(visit)
    return {
        "verdict": "admit" if colour == 1 else "deny",
        "reason": "ok",
        "colour": "green",
        "name": "王*明",
        "visit": visit.visit,
        "at": int(visit.at.timestamp()),
    }
