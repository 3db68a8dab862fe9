"""The pages of a partner's people and of invitations."""

from django.urls import path

from portal.partners import session_views, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/rules/", views.rules, name="partner-rules"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<int:pk>/role/", views.member_role, name="member-role"),
    path("people/<int:pk>/remove/", views.member_remove, name="member-remove"),
    path("people/invitations/<uuid:pk>/withdraw/", views.invitation_withdraw, name="invitation-withdraw"),
    path("people/invitations/<uuid:pk>/again/", views.invitation_again, name="invitation-again"),
    path("accounts/sessions/", session_views.SessionList.as_view(), name="usersessions_list"),
    path("sessions/<int:pk>/end/", session_views.session_end, name="usersessions_end"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("partner/switch/", views.partner_switch, name="partner-switch"),
]
