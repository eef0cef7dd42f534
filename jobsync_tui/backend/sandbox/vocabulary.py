"""What the sandbox's jobs are made of: trades with their titles, departments, places, clients and custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, str, str]
"""City, region, country."""


@dataclass(frozen=True, slots=True)
class Trade:
    """The kind of employer an ATS belongs to. ``custom`` lists the values of each custom field."""

    name: str
    requisition_prefix: str
    departments: tuple[tuple[str, tuple[str, ...]], ...]
    places: tuple[Place, ...]
    clients: tuple[str, ...]
    custom: Mapping[str, tuple[str, ...]]
    remote_share: float = 0.0
    shifts: tuple[str, ...] = field(default=())


LEVELS = ("", "Senior", "Junior", "Lead", "Principal")
LEVEL_WEIGHTS = (55, 22, 10, 9, 4)
REMARKS = ("Remote OK", "Urgent", "Reposted", "Visa sponsorship")
TAGS = ("priority", "evergreen", "referral", "campus", "confidential-search", "bilingual", "relocation")
PEOPLE = (
    "Dana Whitfield", "Miguel Santos", "Priya Raman", "Tom Becker", "Aisha Bello", "Yuki Tanaka", "Sofia Lindqvist", "Owen Price",
)  # fmt: skip
SUMMARIES = (
    "A small team with a lot of responsibility and short ways.",
    "You would take over a running project from a colleague who moves on to lead a new office.",
    "The work is hands-on, the hours are predictable, and training is paid for.",
    "A growing group that needs someone who likes to put things in order.",
    "You would be the first of your kind here, with the freedom and the duties that come with it.",
)

TECHNOLOGY = Trade(
    name="technology",
    requisition_prefix="ENG",
    departments=(
        ("Engineering", ("Backend Engineer", "Frontend Engineer", "Platform Engineer", "Site Reliability Engineer", "Mobile Developer",
                         "QA Engineer")),
        ("Data", ("Data Engineer", "Data Scientist", "Analytics Engineer", "Machine Learning Engineer")),
        ("Product", ("Product Manager", "Product Designer", "UX Researcher", "Technical Writer")),
        ("Sales", ("Account Executive", "Sales Development Representative", "Sales Engineer", "Partner Manager")),
        ("Customer Success", ("Customer Success Manager", "Support Engineer", "Implementation Consultant")),
        ("Finance", ("Accountant", "Payroll Specialist", "Financial Analyst", "Controller")),
        ("People", ("Recruiter", "HR Business Partner", "Office Manager")),
        ("Legal", ("Corporate Counsel", "Privacy Counsel")),
    ),
    places=(
        ("Berlin", "Berlin", "Germany"), ("München", "Bayern", "Germany"), ("Zürich", "Zürich", "Switzerland"),
        ("London", "England", "United Kingdom"), ("New York", "NY", "United States"), ("Austin", "TX", "United States"),
        ("Toronto", "ON", "Canada"), ("São Paulo", "SP", "Brazil"),
    ),
    clients=("Acme",),
    custom={
        "req_type": ("Backfill", "New headcount", "Contractor conversion"),
        "cost_center": ("CC-100", "CC-140", "CC-200", "CC-310", "CC-420"),
        "seniority": ("IC2", "IC3", "IC4", "IC5", "M1", "M2"),
    },
    remote_share=0.25,
)  # fmt: skip

HEALTH = Trade(
    name="health",
    requisition_prefix="R",
    departments=(
        ("Intensive Care", ("ICU Nurse", "ICU Travel Nurse 13w", "Registered Nurse ICU/CCU", "Critical Care Technician")),
        ("Emergency", ("Emergency Room Nurse", "Triage Nurse", "Paramedic")),
        ("Surgery", ("Operating Room Nurse", "Surgical Technologist", "Anesthesia Technician")),
        ("Laboratory", ("Medical Laboratory Scientist", "Phlebotomist", "Histotechnician")),
        ("Therapy", ("Physical Therapist", "Occupational Therapist", "Speech Therapist", "Respiratory Therapist")),
        ("Administration", ("Unit Secretary", "Patient Access Representative", "Medical Coder")),
    ),
    places=(
        ("Cleveland", "OH", "US"), ("Akron", "OH", "US"), ("Toledo", "OH", "US"), ("Dayton", "OH", "US"), ("Columbus", "OH", "US"),
        ("Pittsburgh", "PA", "US"), ("Detroit", "MI", "US"), ("Fort Wayne", "IN", "US"),
    ),
    clients=("Mercy Health", "Lakeshore Clinics", "St. Vincent", "Buckeye Medical"),
    custom={
        "shift": ("days", "nights", "weekend", "rotating"),
        "license": ("RN", "LPN", "BLS", "ACLS", "none"),
        "bill_rate": ("48", "55.50", "61", "72", "88.25"),
    },
    shifts=("nights", "days", "PRN", "weekends"),
)  # fmt: skip

AGENCY = Trade(
    name="agency",
    requisition_prefix="JO",
    departments=(
        ("Warehouse", ("Forklift Operator", "Order Picker", "Warehouse Supervisor", "Dock Clerk")),
        ("Manufacturing", ("CNC Machinist", "Welder", "Assembly Technician", "Maintenance Mechanic")),
        ("Office", ("Executive Assistant", "Bookkeeper", "Receptionist", "Customer Service Representative")),
        ("Driving", ("Delivery Driver", "Class A Truck Driver", "Dispatcher")),
    ),
    places=(
        ("Chicago", "IL", "United States"), ("Joliet", "IL", "United States"), ("Milwaukee", "WI", "United States"),
        ("Gary", "IN", "United States"), ("Rockford", "IL", "United States"),
    ),
    clients=("Northwind Logistics", "Prairie Foods", "Harbor Steel", "Lincoln Parts", "Blue Line Freight"),
    custom={
        "pay_type": ("hourly", "salary", "per mile"),
        "background_check": ("required", "waived"),
        "start": ("immediately", "2 weeks", "1 month"),
    },
    shifts=("1st shift", "2nd shift", "3rd shift"),
)  # fmt: skip
