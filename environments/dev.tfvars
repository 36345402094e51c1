# A disposable environment: everything in it can be destroyed. What is left out has its default.
region             = "eu-central-2"
availability_zones = ["eu-central-2a", "eu-central-2b", "eu-central-2c"]
suffix             = "dev"
profile            = "ephemeral"

tags = {
  project     = "citizen-data"
  cost_center = "platform"
}

network = {
  cidr = "10.20.0.0/16"
  nat  = "single" # one zone's way out is enough here
}

database = {
  instance_class        = "db.t3.medium"
  engine_version        = "16" # AWS keeps the minor version current
  multi_az              = true
  storage_gb            = 100
  max_storage_gb        = 1000
  backup_retention_days = 7
}

credentials = {
  source        = "existing" # the entry dr-db-credentials-dev is there before the first deployment
  rotation_days = 30
  application = {
    username      = "citizen_app" # made by the first rotation of dr-app-credentials-dev, which comes with the deployment
    rotation_days = 30
  }
}

alarms = {
  email = "operations@example.org"
}

recovery = {
  rpo_minutes = 60
  rto_minutes = 15
}

# A second system: a PostgreSQL with long-term backups. Region, zones, profile and tags are those above.
database_ha = {
  network = {
    cidr = "10.40.0.0/19" # subnets of /24
    nat  = "single"
  }
  credentials = {
    source = "created"
  }
  alarms = {
    email = "operations@example.org"
  }
}
