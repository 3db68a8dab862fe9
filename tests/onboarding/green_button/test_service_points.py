"""Joining usage and customer feeds, in the shapes of PG&E and SCE; and never by a guess."""

import pytest

from onboarding.green_button import problems
from onboarding.green_button.records import Address, Feed
from onboarding.green_button.service_points import ServicePoint, service_points
from tests.onboarding.green_button.feeds import BASE, customer_resource, entry, feed, read, usage_point

RETAIL = f"{BASE}/RetailCustomer/92772"
CUSTOMER = f"{RETAIL}/Customer/MjYy=="


def pge(
    number: int = 1, *, retail: str = RETAIL, usage_points: tuple[str, ...] = (), related: tuple[str, ...] = ()
) -> list[str]:
    """A customer as PG&E publishes it: paths alone say what belongs together; the ZIP is the town's code."""
    customer = f"{retail}/Customer/MjYy=="
    account = f"{customer}/CustomerAccount/487271582{number}"
    agreement = f"{account}/CustomerAgreement/976062058{number}"
    location = f"{agreement}/ServiceLocation/ODg5NDU5MDcwNQ=="
    address = (
        f"<mainAddress><streetDetail><addressGeneral>{number} OAK ST</addressGeneral></streetDetail><townDetail>"
        "<code>95101</code><name>SAN JOSE</name><stateOrProvince>CA</stateOrProvince></townDetail></mainAddress>"
    )
    references = "".join(f"<UsagePoint>{href}</UsagePoint>" for href in usage_points)
    named = f"<UsagePoints>{references}</UsagePoints>"
    status = "<docStatus><value>Active</value></docStatus>"
    serial = f"<serialNumber>112118345{number}</serialNumber>"
    return [
        entry(customer_resource("Customer", "<name>ACME</name>"), self_href=customer, up=f"{retail}/Customer"),
        entry(customer_resource("CustomerAccount", f"<name>168734001{number}</name>"), self_href=account),
        entry(
            customer_resource("CustomerAgreement", f"<name>111239222{number}</name>{status}"),
            self_href=agreement,
            related=related,
        ),
        entry(customer_resource("ServiceLocation", f"{address}{named}"), self_href=location),
        entry(customer_resource("Meter", serial), self_href=f"{location}/Meter/1"),
    ]


def point_href(number: int, retail: str = "92772") -> str:
    return f"{BASE}/RetailCustomer/{retail}/UsagePoint/{number}"


def usage(*numbers: int, retail: str = "92772") -> Feed:
    return read(feed(*(usage_point(href=point_href(number, retail), id=f"point-{number}") for number in numbers)))


def numbers(points: tuple[ServicePoint, ...]) -> list[tuple[str, str]]:
    return [(point.usage_point_id, point.agreement_number) for point in points]


def codes(point: ServicePoint) -> list[str]:
    return [warning.code for warning in point.warnings]


def test_pge_shape_is_read_and_joined() -> None:
    href = point_href(7)
    (point,) = service_points(usage(7), read(feed(*pge(usage_points=(href,)))))

    assert point == ServicePoint(
        usage_point_id="point-7",
        kind="electricity",
        account_number="1687340011",
        agreement_number="1112392221",
        service_point_id="8894590705",
        meter_serials=("1121183451",),
        customer_name="ACME",
        address=Address("1 OAK ST", "SAN JOSE", "CA", "95101"),
        agreement_status="Active",
        usage_point_href=href,
    )


def test_sce_shape_is_read() -> None:
    content = (
        "<mainAddress><streetDetail><number>2244</number><name>WALNUT GROVE</name><type>AVE</type><suiteNumber>12"
        "</suiteNumber></streetDetail><townDetail><name>ROSEMEAD</name><stateOrProvince>CA</stateOrProvince>"
        "</townDetail><postalCode>91770-1234</postalCode></mainAddress><phone1><areaCode>626</areaCode><localNumber>"
        "5550100</localNumber></phone1><electronicAddress><email1>ana@example.com</email1></electronicAddress>"
    )
    (point,) = service_points(None, read(feed(entry(customer_resource("ServiceLocation", content)))))

    assert point.address == Address("2244 WALNUT GROVE AVE 12", "ROSEMEAD", "CA", "91770-1234")
    assert (point.emails, point.phones) == (("ana@example.com",), ("626 5550100",))
    assert codes(point) == [problems.AGREEMENT_NOT_JOINED]


@pytest.mark.parametrize("order", [1, -1])
def test_two_points_of_one_customer_are_told_apart_by_links(order: int) -> None:
    entries = pge(1, usage_points=(point_href(1),)) + pge(2, related=(point_href(2),))
    points = service_points(usage(1, 2), read(feed(*entries[::order])))

    assert numbers(points) == [("point-1", "1112392221"), ("point-2", "1112392222")]
    assert [point.address and point.address.street for point in points] == ["1 OAK ST", "2 OAK ST"]
    assert [codes(point) for point in points] == [[], []]


def test_usage_point_may_name_its_agreement() -> None:
    agreement = f"{CUSTOMER}/CustomerAccount/4872715821/CustomerAgreement/9760620581"
    data = usage_point(href=f"{BASE}/Subscription/1/UsagePoint/5").replace(
        "<content>", f'<link rel="related" href="{agreement}"/><content>'
    )
    (point,) = service_points(read(feed(data)), read(feed(*pge())))

    assert (point.agreement_number, codes(point)) == ("1112392221", [])


def test_one_point_and_one_agreement_of_a_retail_customer_are_joined_by_the_path() -> None:
    entries = pge(1) + pge(2, retail=f"{BASE}/RetailCustomer/5")
    feeds = read(feed(usage_point(href=point_href(1), id="a"), usage_point(href=point_href(1, "5"), id="b")))

    points = service_points(feeds, read(feed(*entries)))

    assert set(numbers(points)) == {("a", "1112392221"), ("b", "1112392222")}


def test_usage_points_and_locations_of_one_identifier_are_joined() -> None:
    names = ["ODg5NDU5MDcwNQ==", "MTIzNDU2Nzg5MA=="]
    locations = [entry(customer_resource("ServiceLocation"), self_href=f"/x/ServiceLocation/{name}") for name in names]
    points = [usage_point(href=f"{BASE}/Subscription/1/UsagePoint/{name}", id=name) for name in names]
    joined = service_points(read(feed(*points)), read(feed(*locations)))

    assert [(point.usage_point_id, point.service_point_id) for point in joined] == [
        ("MTIzNDU2Nzg5MA==", "1234567890"),
        ("ODg5NDU5MDcwNQ==", "8894590705"),
    ]
    assert [codes(point) for point in joined] == [[], []]


def test_the_only_ones_are_joined_and_it_is_said() -> None:
    data = read(feed(usage_point(href=f"{BASE}/Subscription/1/UsagePoint/5", id="a")))
    (point,) = service_points(data, read(feed(*pge())))

    assert (point.agreement_number, codes(point)) == ("1112392221", [problems.JOINED_AS_THE_ONLY])


@pytest.mark.parametrize(
    ("feed_of_usage", "entries"),
    [
        (usage(1, 2), pge(1)),  # which of two?
        (usage(1), pge(1) + pge(2)),  # which of two?
        (usage(1, retail="666"), pge(1)),  # another customer's point
        (usage(1), pge(1, usage_points=(point_href(9),))),  # it names a point that is not there
        (usage(1, retail="666"), pge(1, usage_points=(point_href(1),))),  # the same end of the path, another customer
    ],
)
def test_nothing_is_joined_by_a_guess(feed_of_usage: Feed, entries: list[str]) -> None:
    points = service_points(feed_of_usage, read(feed(*entries)))

    assert all(not point.usage_point_id or not point.agreement_number for point in points)
    assert {code for point in points for code in codes(point)} == {
        problems.USAGE_POINT_NOT_JOINED,
        problems.AGREEMENT_NOT_JOINED,
    }


def test_two_agreements_of_one_point_are_not_chosen_from() -> None:
    entries = pge(1, usage_points=(point_href(1),)) + pge(2, usage_points=(point_href(1),))
    points = service_points(usage(1), read(feed(*entries)))

    assert numbers(points)[0] == ("point-1", "")
    assert codes(points[0]) == [problems.SEVERAL_AGREEMENTS]


def test_gas_is_named_with_its_kind() -> None:
    (point,) = service_points(read(feed(usage_point("1"))), None)

    assert (point.kind, codes(point)) == ("gas", [problems.NOT_ELECTRICITY, problems.USAGE_POINT_NOT_JOINED])


def test_nothing_gives_nothing() -> None:
    assert service_points(None, None) == ()


def test_nested_customer_feed_is_joined() -> None:
    location = (
        "<ServiceLocation><mainAddress><streetDetail><name>ELM</name></streetDetail></mainAddress></ServiceLocation>"
    )
    agreement = f"<CustomerAgreement><name>22222</name>{location}</CustomerAgreement>"
    account = f"<CustomerAccount><name>11111</name>{agreement}</CustomerAccount>"
    (point,) = service_points(None, read(customer_resource("Customer", f"<name>Ana</name>{account}").encode()))

    assert (point.customer_name, point.account_number, point.agreement_number) == ("Ana", "11111", "22222")
    assert point.address == Address("ELM")
