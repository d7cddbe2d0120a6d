"""The page of development mails; included only while `DEV_MAIL` is set."""

from django.urls import path

from .dev_mail import dev_mail, dev_mail_html

urlpatterns = [
    path("mail/", dev_mail, name="dev_mail"),
    path("mail/<slug:name>", dev_mail_html, name="dev_mail_html"),
]
