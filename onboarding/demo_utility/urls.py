"""The demo utility's addresses: one utility per first part of the path."""

from django.urls import path

from onboarding.demo_utility import endpoints, pages

_ESPI = "<slug:slug>/espi/1_1/resource"
urlpatterns = [
    path("", pages.front, name="front"),
    path("partner-page/", pages.partner_page, name="partner_page"),
    path("<slug:slug>/oauth/authorize", pages.authorize, name="authorize"),
    path("<slug:slug>/oauth/token", endpoints.token, name="token"),
    path("<slug:slug>/oauth/revoke", endpoints.revoke, name="revoke"),
    path("<slug:slug>/sign-in/<slug:key>/", pages.sign_in, name="sign_in"),
    path("<slug:slug>/code/<slug:key>/", pages.code, name="code"),
    path("<slug:slug>/meters/<slug:key>/", pages.meters, name="meters"),
    path("<slug:slug>/consent/<slug:key>/", pages.consent, name="consent"),
    path("<slug:slug>/back/<slug:key>/", pages.back, name="back"),
    path(f"{_ESPI}/Batch/Subscription/<str:number>", endpoints.subscription, name="subscription"),
    path(f"{_ESPI}/Batch/RetailCustomer/<str:number>", endpoints.retail_customer, name="retail_customer"),
    path(f"{_ESPI}/Authorization", endpoints.permissions, name="permissions"),
    path(f"{_ESPI}/Authorization/<str:number>", endpoints.permission, name="permission"),
]
